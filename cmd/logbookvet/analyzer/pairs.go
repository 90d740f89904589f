package analyzer

import "go/types"

// checkPairs reports an argument where a key belongs that cannot be one, or a key without
// a value. It reports whether the call has neither.
func (c *checker) checkPairs(call *logCall) (ok bool) {
	if !call.pairs {
		return true
	}
	const (
		key = iota
		value
		either // follows an argument that may be a key or an attribute
	)
	next := key
	for _, arg := range call.args {
		kind := kindOf(c.TypesInfo.TypeOf(arg))
		switch {
		case next == value:
			next = key
		case next == either:
			// A plain value shows that the argument before it is a key, or should be one.
			if kind == plainValue {
				next = key
			}
		case kind == stringKey:
			next = value
		case kind == unknown:
			next = either
		case kind == plainValue:
			c.ReportRangef(arg, "%s: %s is not a key: want a string or a slog.Attr", name(call.fn), types.ExprString(arg))
			return false
		}
	}
	if next == value {
		last := call.args[len(call.args)-1]
		c.ReportRangef(last, "%s: the key %s has no value", name(call.fn), types.ExprString(last))
		return false
	}
	return true
}

// kind is a kind of argument.
type kind int

const (
	stringKey kind = iota
	attribute
	plainValue // neither a key nor an attribute
	unknown    // an interface or a type parameter
)

func kindOf(t types.Type) kind {
	t = types.Unalias(t)
	if _, ok := t.(*types.TypeParam); ok {
		return unknown
	}
	switch i, ok := t.Underlying().(*types.Interface); {
	case t == types.Typ[types.String]:
		return stringKey
	case isAttr(t):
		return attribute
	case !ok:
		return plainValue
	default:
		for m := range i.Methods() {
			if m.Name() != "String" && m.Name() != "Equal" { // those of slog.Attr
				return plainValue
			}
		}
		return unknown
	}
}
