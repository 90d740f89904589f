// Package codec compares internal/otlp with the generated code of OTLP.
package codec
