package config

import "os"

// Variable is the environment variable with levels by channel, as [ParseLevels]
// reads them: "app.db=debug,*=info".
const Variable = "LOGBOOK"

// FromEnv returns the configuration of a program without a file: a console, with
// the levels of the environment variable LOGBOOK. Channels for which there is none
// log from INFO up. The error is a [*LevelsError].
func FromEnv() (*Config, error) {
	if _, err := parseLevels(os.Getenv(Variable)); err != nil {
		return nil, err
	}
	return load("", "", "", nil, Options{})
}
