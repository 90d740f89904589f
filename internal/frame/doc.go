// Package frame reads the frames of which a stream consists. Their length is bounded, and
// memory is taken only as their bytes arrive.
package frame
