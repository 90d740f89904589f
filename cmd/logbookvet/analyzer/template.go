package analyzer

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"regexp"
	"strings"

	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// replacement matches a pair of braces, which stands for one, or a field. The groups are the
// byte before a field and its name with its path: "user.name", "list[0]".
var replacement = regexp.MustCompile(`\{\{|\}\}|([^{]?)\{([^{}:!]*)[^{}]*\}`)

var identifier = regexp.MustCompile(`^[A-Za-z_]\w*$`)

// checkTemplate reports a field of the message that no attribute of the call or the logger
// has the name of.
func (c *checker) checkTemplate(in *inspector.Inspector, call *logCall) {
	msg, ok := c.constant(call.msg)
	if !ok || !strings.Contains(msg, "{") {
		return
	}
	keys, ok := c.keys(call)
	if !ok {
		return
	}
	inherited, ok := c.loggerKeys(in, call.CallExpr)
	if !ok {
		return
	}
	keys = append(keys, inherited...)
	if len(keys) > 0 && strings.HasPrefix(call.fn.Name(), "Exception") {
		keys = append(keys, "error")
	}
	for _, m := range replacement.FindAllStringSubmatch(msg, -1) {
		before, field := m[1], m[2]
		switch {
		case m[0] == "{{" || m[0] == "}}" || named(field, keys):
		case len(keys) > 0 && (field == "" || field[0] >= '0' && field[0] <= '9'):
			c.ReportRangef(call.msg, "%s: fields of a message need names: {%s}", name(call.fn), field)
			return
		case len(keys) > 0, identifier.MatchString(field) && before != "/" && before != "$":
			// Without attributes a message is printed as it is, so it may well be about
			// a path like /orders/{id} or JSON.
			c.ReportRangef(call.msg, "%s: no attribute for {%s}", name(call.fn), field)
			return
		}
	}
}

// named reports whether a key is the name of a field, or begins its path.
func named(field string, keys []string) bool {
	for _, k := range keys {
		if rest, ok := strings.CutPrefix(field, k); ok && (rest == "" || rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}

// keys returns the keys of the attributes of a call. ok is false if one is not constant.
func (c *checker) keys(call *logCall) (keys []string, ok bool) {
	for i := 0; i < len(call.args); i++ {
		arg := ast.Unparen(call.args[i])
		if attr, ok := arg.(*ast.CallExpr); ok {
			// slog.Int("key", ...)
			fn := typeutil.StaticCallee(c.TypesInfo, attr)
			if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != "log/slog" || len(attr.Args) == 0 {
				return nil, false
			}
			arg = attr.Args[0]
		} else {
			i++ // the value
		}
		key, ok := c.constant(arg)
		if !ok || key == "" { // a group without a name is inlined
			return nil, false
		}
		keys = append(keys, key)
	}
	return keys, true
}

// constant returns the value of a constant string.
func (c *checker) constant(e ast.Expr) (s string, ok bool) {
	if e == nil {
		return "", false
	}
	v := c.TypesInfo.Types[e].Value
	if v == nil || v.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(v), true
}

// loggerKeys returns the keys of the attributes that the logger of a call has. ok is false
// if they are not known.
func (c *checker) loggerKeys(in *inspector.Inspector, call *ast.CallExpr) (keys []string, ok bool) {
	fn := typeutil.StaticCallee(c.TypesInfo, call)
	if fn.Signature().Recv() == nil {
		return nil, true // the default logger, which has none
	}
	s, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr)
	if !ok || len(c.TypesInfo.Selections[s].Index()) != 1 {
		return nil, false // the method of an embedded logger
	}
	if c.loggers == nil {
		c.loggers = c.findLoggers(in)
	}
	return c.keysOf(s.X)
}

// keysOf returns the keys of the attributes of a logger.
func (c *checker) keysOf(logger ast.Expr) (keys []string, ok bool) {
	switch e := ast.Unparen(logger).(type) {
	case *ast.Ident:
		v, isVar := c.TypesInfo.Uses[e].(*types.Var)
		init := c.loggers[v]
		if !isVar || init == nil {
			return nil, false
		}
		return c.keysOf(init)
	case *ast.CallExpr:
		fn := typeutil.StaticCallee(c.TypesInfo, e)
		if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != core {
			return nil, false
		}
		if fn.Signature().Recv() != nil {
			s, isSelector := ast.Unparen(e.Fun).(*ast.SelectorExpr)
			if !isSelector {
				return nil, false
			}
			if keys, ok = c.keysOf(s.X); !ok {
				return nil, false
			}
		}
		switch fn.Name() {
		case "New", "NewLogger", "Default", "WithCallerSkip":
			return keys, true
		case "With", "WithAttrs":
			call := c.logCall(e)
			if call == nil {
				return nil, false
			}
			own, ok := c.keys(call)
			return append(keys, own...), ok
		case "WithGroup":
			group, ok := c.constant(e.Args[0])
			return append(keys, group), ok
		}
	}
	return nil, false
}

// findLoggers returns the unexported variables of this package that always have the value
// that they are declared with, and that value.
func (c *checker) findLoggers(in *inspector.Inspector) map[*types.Var]ast.Expr {
	values := make(map[*types.Var]ast.Expr)
	declare := func(name *ast.Ident, value ast.Expr) {
		v, ok := c.TypesInfo.Defs[name].(*types.Var)
		if ok && (!v.Exported() || v.Parent() != c.Pkg.Scope()) {
			values[v] = value
		}
	}
	changed := make(map[types.Object]bool)
	change := func(e ast.Expr) {
		if id, ok := ast.Unparen(e).(*ast.Ident); ok {
			changed[c.TypesInfo.Uses[id]] = true
		}
	}
	in.Preorder([]ast.Node{(*ast.ValueSpec)(nil), (*ast.AssignStmt)(nil), (*ast.UnaryExpr)(nil), (*ast.RangeStmt)(nil)}, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.ValueSpec:
			for i, name := range n.Names {
				if len(n.Values) == len(n.Names) {
					declare(name, n.Values[i])
				}
			}
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				change(to)
				if name, ok := to.(*ast.Ident); ok && n.Tok == token.DEFINE && len(n.Lhs) == len(n.Rhs) {
					declare(name, n.Rhs[i])
				}
			}
		case *ast.UnaryExpr:
			if n.Op == token.AND {
				change(n.X)
			}
		case *ast.RangeStmt:
			if n.Key != nil {
				change(n.Key)
			}
			if n.Value != nil {
				change(n.Value)
			}
		}
	})
	for v := range values {
		if changed[v] {
			delete(values, v)
		}
	}
	return values
}
