// Package measure times functions side by side.
//
// It takes many short samples of each subject, one after the other (A B C, B C A,
// C A B, ...), and reports medians: what slows the machine down for a while then
// slows all subjects, and no one profits from its place in the order.
package measure
