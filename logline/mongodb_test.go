package logline_test

import "testing"

// The verbosity of a debug line is kept.
func TestMongoDBVerbosity(t *testing.T) {
	testLines(t, []sample{
		{"debug", "2026-03-05T10:11:12.123+0100 D2 QUERY    [conn7] planned", `mongodb 2026-03-05T10:11:12.123+01:00 DEBUG channel=QUERY "planned" {verbosity="2" thread="conn7"}`},
	})
}
