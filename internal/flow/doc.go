// Package flow has what sinks need to get through bad times: a pause after failures,
// and a count of what is on its way, which closes within a context.
package flow
