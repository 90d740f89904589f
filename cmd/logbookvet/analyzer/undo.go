package analyzer

import (
	"go/ast"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/types/typeutil"
)

// undoFunc returns the function of Logbook that an expression calls if it returns a function
// named undo, or nil.
func (c *checker) undoFunc(call *ast.CallExpr) *types.Func {
	fn := typeutil.StaticCallee(c.TypesInfo, call)
	if fn == nil || fn.Pkg() == nil || !strings.HasPrefix(fn.Pkg().Path(), module) {
		return nil
	}
	results := fn.Signature().Results()
	if n := results.Len(); n == 0 || results.At(n-1).Name() != "undo" {
		return nil
	}
	return fn
}

// checkDeferred reports a deferred call of a function that returns an undo function.
func (c *checker) checkDeferred(keyword string, call *ast.CallExpr) {
	fn := c.undoFunc(call)
	if fn == nil {
		return
	}
	d := analysis.Diagnostic{Pos: call.Pos(), End: call.End(),
		Message: name(fn) + " returns the function that undoes it, which is never called"}
	if keyword == "defer" && fn.Signature().Results().Len() == 1 {
		d.Message += ": want defer " + types.ExprString(call.Fun) + "(...)()"
		d.SuggestedFixes = []analysis.SuggestedFix{{Message: "Call the undo function",
			TextEdits: []analysis.TextEdit{{Pos: call.End(), End: call.End(), NewText: []byte("()")}}}}
	}
	c.Report(d)
}

// checkDropped reports a call, as a statement, of a function whose undo function is needed:
// what is bound to a goroutine or a context must end with it, and what a test pushes must
// not be left to other tests.
func (c *checker) checkDropped(statement ast.Expr) {
	call, ok := ast.Unparen(statement).(*ast.CallExpr)
	if !ok {
		return
	}
	fn := c.undoFunc(call)
	if fn == nil {
		return
	}
	file := c.Fset.Position(call.Pos()).Filename
	if fn.Name() == "PushGoroutine" || fn.Name() == "BindScope" || strings.HasSuffix(file, "_test.go") {
		c.ReportRangef(call, "%s returns the function that undoes it, which is never called", name(fn))
	}
}
