// Package measure times functions in turns.
//
// It takes many short samples of each subject in turns (A B C, B C A, C A B, ...), and
// returns medians: a temporary slowdown of the machine affects all subjects, and none has
// an advantage from its position.
package measure
