// Package analyzer has an analyzer that reports mistakes in calls of Logbook for Go, which
// compile:
//
//	log.Info("hello", "name")                  // a key without a value
//	log.Info("hello", name, "world")           // name is not a string, so it is not a key
//	log.Info("hello {nam}", "name", "world")   // nothing is called nam
//	log.Info("hello {}", "name", "world")      // fields have names
//	defer logbook.PushApplication(h)           // pushes at the end; want PushApplication(h)()
//	logbook.PushGoroutine(h)                   // is never undone
//
// It reports only what is certain. It keeps silent about arguments passed by "...", about
// templates whose logger may have further attributes, since it is a parameter or a field,
// and about calls of PushApplication, AddHandler, RedirectLog and RedirectSlog that are not
// undone outside tests: a program often pushes handlers once for good.
package analyzer

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/inspect"
	"golang.org/x/tools/go/ast/inspector"
	"golang.org/x/tools/go/types/typeutil"
)

// Analyzer is the analyzer. It has no flags and no state.
var Analyzer = &analysis.Analyzer{
	Name: "logbookvet",
	Doc: `report mistakes in calls of Logbook for Go

The analyzer reports keys without values and values without keys, fields of message
templates that no attribute has the name of, and functions that return an undo function
which is never called, as in "defer logbook.PushApplication(h)" without a second "()".`,
	URL:      "https://pkg.go.dev/github.com/logbook-go/logbook/cmd/logbookvet/analyzer",
	Requires: []*analysis.Analyzer{inspect.Analyzer},
	Run:      run,
}

const (
	module = "github.com/logbook-go/logbook/"
	core   = module + "logbook"
)

func run(pass *analysis.Pass) (any, error) {
	in := pass.ResultOf[inspect.Analyzer].(*inspector.Inspector)
	c := &checker{Pass: pass}
	in.Preorder([]ast.Node{(*ast.CallExpr)(nil), (*ast.DeferStmt)(nil), (*ast.GoStmt)(nil), (*ast.ExprStmt)(nil)}, func(n ast.Node) {
		switch n := n.(type) {
		case *ast.CallExpr:
			if call := c.logCall(n); call != nil && c.checkPairs(call) {
				c.checkTemplate(in, call)
			}
		case *ast.DeferStmt:
			c.checkDeferred("defer", n.Call)
		case *ast.GoStmt:
			c.checkDeferred("go", n.Call)
		case *ast.ExprStmt:
			c.checkDropped(n.X)
		}
	})
	return nil, nil
}

type checker struct {
	*analysis.Pass
	loggers map[*types.Var]ast.Expr // see logger.go
}

// logCall is a call with attributes.
type logCall struct {
	*ast.CallExpr
	fn    *types.Func
	msg   ast.Expr // nil if the function has no message
	args  []ast.Expr
	pairs bool // args are keys and values or attributes; otherwise attributes
}

// logCall returns the call of a function of the core whose last parameter is a list of
// attributes, or nil. Functions are known by their signatures, not by a list of names.
func (c *checker) logCall(call *ast.CallExpr) *logCall {
	fn := typeutil.StaticCallee(c.TypesInfo, call)
	if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != core || !fn.Exported() || strings.HasSuffix(fn.Name(), "f") {
		return nil
	}
	params := fn.Signature().Params()
	n := params.Len()
	if !fn.Signature().Variadic() || len(call.Args) < n-1 || call.Ellipsis.IsValid() {
		return nil
	}
	if s, ok := call.Fun.(*ast.SelectorExpr); ok && c.TypesInfo.Selections[s] != nil &&
		c.TypesInfo.Selections[s].Kind() == types.MethodExpr {
		return nil // its first argument is the receiver
	}
	l := &logCall{CallExpr: call, fn: fn, args: call.Args[n-1:]}
	switch elem := params.At(n - 1).Type().(*types.Slice).Elem(); {
	case isAttr(elem):
	case types.IsInterface(elem) && types.AssignableTo(types.Typ[types.String], elem):
		l.pairs = true
	default:
		return nil
	}
	if n > 1 && params.At(n-2).Name() == "msg" {
		l.msg = call.Args[n-2]
	}
	return l
}

// isAttr reports whether a type is slog.Attr.
func isAttr(t types.Type) bool {
	named, ok := types.Unalias(t).(*types.Named)
	return ok && named.Obj().Name() == "Attr" && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == "log/slog"
}

// name returns a short name of a function: "logbook.Info", "Logger.With".
func name(fn *types.Func) string {
	recv := fn.Signature().Recv()
	if recv == nil {
		return fn.Pkg().Name() + "." + fn.Name()
	}
	t := types.Unalias(recv.Type())
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem()
	}
	return types.TypeString(t, func(*types.Package) string { return "" }) + "." + fn.Name()
}
