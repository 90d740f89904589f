package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
)

// jsonOption is the option that changes names and forms of the fields of JSON.
var jsonOption = Option{Name: "json", Kind: KindText,
	Help: "changes to JSON, as FIELD:NAME and FIELD_as:FORM, separated by commas, such as time:ts,time_as:unix,channel:-"}

// jsonNames are the fields whose name can be changed.
var jsonNames = map[string]func(*logbook.JSONKeys) *string{
	"time":        func(k *logbook.JSONKeys) *string { return &k.Time },
	"level":       func(k *logbook.JSONKeys) *string { return &k.Level },
	"severity":    func(k *logbook.JSONKeys) *string { return &k.Severity },
	"channel":     func(k *logbook.JSONKeys) *string { return &k.Channel },
	"msg":         func(k *logbook.JSONKeys) *string { return &k.Message },
	"source":      func(k *logbook.JSONKeys) *string { return &k.Source },
	"error":       func(k *logbook.JSONKeys) *string { return &k.Error },
	"exception":   func(k *logbook.JSONKeys) *string { return &k.Exception },
	"attrs":       func(k *logbook.JSONKeys) *string { return &k.Attrs },
	"trace_id":    func(k *logbook.JSONKeys) *string { return &k.TraceID },
	"span_id":     func(k *logbook.JSONKeys) *string { return &k.SpanID },
	"trace_flags": func(k *logbook.JSONKeys) *string { return &k.TraceFlags },
}

// jsonForms set the form of fields. Their names end in _as.
var jsonForms = map[string]func(o *logbook.JSONOptions, form string) error{
	"time_as":     setTimeForm,
	"level_as":    setLevelForm,
	"duration_as": formIn(durationUnits, func(o *logbook.JSONOptions, d time.Duration) { o.DurationUnit = d }),
	"error_as":    formIn(errorForms, func(o *logbook.JSONOptions, f logbook.JSONError) { o.ErrorForm = f }),
	"source_as":   formIn(sourceForms, func(o *logbook.JSONOptions, f logbook.JSONSource) { o.SourceForm = f }),
}

var (
	durationUnits = map[string]time.Duration{"ns": 0, "us": time.Microsecond, "ms": time.Millisecond, "s": time.Second}
	errorForms    = map[string]logbook.JSONError{"text": logbook.JSONErrorText, "object": logbook.JSONErrorObject, "stack": logbook.JSONErrorStack}
	sourceForms   = map[string]logbook.JSONSource{"object": logbook.JSONSourceObject, "short": logbook.JSONSourceShort}
)

// formIn returns a function that sets a form by its name in the map.
func formIn[F any](forms map[string]F, set func(*logbook.JSONOptions, F)) func(*logbook.JSONOptions, string) error {
	return func(o *logbook.JSONOptions, name string) error {
		f, ok := forms[name]
		if !ok {
			return invalidForm(name, slices.Sorted(maps.Keys(forms)))
		}
		set(o, f)
		return nil
	}
}

func invalidForm(name string, forms []string) error {
	return fmt.Errorf("invalid form %q: want %s%s", name, oneOf(forms), text.DidYouMean(name, forms))
}

func setTimeForm(o *logbook.JSONOptions, form string) error {
	known := []string{logbook.JSONTimeNano, logbook.JSONTimeUnix, logbook.JSONTimeUnixNano}
	if !slices.Contains(known, form) && !strings.Contains(form, "%") {
		return invalidForm(form, append(known, "a strftime pattern"))
	}
	o.TimeLayout = form
	return nil
}

func setLevelForm(o *logbook.JSONOptions, form string) error {
	change := strings.ToLower
	switch form {
	case "lower":
	case "upper":
		change = strings.ToUpper
	default:
		return invalidForm(form, []string{"lower", "upper"})
	}
	name := o.LevelName
	if name == nil {
		name = logbook.Level.String
	}
	o.LevelName = func(l logbook.Level) string { return change(name(l)) }
	return nil
}

// changeJSON applies the option json.
func changeJSON(o *logbook.JSONOptions, changes string) error {
	for change := range strings.SplitSeq(changes, ",") {
		field, value, ok := strings.Cut(strings.TrimSpace(change), ":")
		name, form := jsonNames[field], jsonForms[field]
		switch {
		case !ok || value == "":
			return fmt.Errorf("invalid change %q: want FIELD:NAME or FIELD_as:FORM", strings.TrimSpace(change))
		case name != nil:
			*name(&o.Keys) = value
		case form != nil:
			if err := form(o, value); err != nil {
				return fmt.Errorf("%s: %w", field, err)
			}
		default:
			known := slices.Sorted(maps.Keys(jsonNames))
			known = append(known, slices.Sorted(maps.Keys(jsonForms))...)
			return fmt.Errorf("unknown field %q%s (known: %s)", field,
				text.DidYouMean(field, known), strings.Join(known, ", "))
		}
	}
	return nil
}
