package errchain

// maxErrors is the number of errors that are inspected.
const maxErrors = 64

// Is is [errors.Is] for the first 64 errors of a tree. The target must be comparable.
// Panics of the errors' methods are not recovered.
func Is(err, target error) bool {
	return find(err, func(e error) bool {
		if e == target {
			return true
		}
		x, ok := e.(interface{ Is(error) bool })
		return ok && x.Is(target)
	})
}

// As returns the first error of type T among the first 64 of a tree, depth first. It does
// not call the As methods of the errors.
func As[T error](err error) (found T, ok bool) {
	ok = find(err, func(e error) bool {
		found, ok = e.(T)
		return ok
	})
	return found, ok
}

func find(err error, fn func(error) bool) bool {
	left := maxErrors
	return findWithin(err, fn, &left)
}

func findWithin(err error, fn func(error) bool, left *int) bool {
	if err == nil || *left == 0 {
		return false
	}
	*left--
	if fn(err) {
		return true
	}
	switch x := err.(type) {
	case interface{ Unwrap() error }:
		return findWithin(x.Unwrap(), fn, left)
	case interface{ Unwrap() []error }:
		for _, inner := range x.Unwrap() {
			if findWithin(inner, fn, left) {
				return true
			}
		}
	}
	return false
}
