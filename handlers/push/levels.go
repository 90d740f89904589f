package push

import "github.com/logbook-go/logbook/logbook"

// emoji returns an emoji for the level, or "".
func emoji(l logbook.Level) string {
	switch {
	case l >= logbook.LevelCritical:
		return "🚨"
	case l >= logbook.LevelError:
		return "❌"
	case l >= logbook.LevelWarn:
		return "⚠️"
	case l >= logbook.LevelNotice:
		return "📣"
	case l >= logbook.LevelSuccess:
		return "✅"
	}
	return ""
}

// color returns the colour of the level, as in CSS.
func color(l logbook.Level) string {
	switch {
	case l >= logbook.LevelError:
		return "#c0392b"
	case l >= logbook.LevelWarn:
		return "#e6a700"
	case l >= logbook.LevelNotice:
		return "#2980b9"
	case l >= logbook.LevelSuccess:
		return "#27ae60"
	}
	return "#95a5a6"
}

// tags returns ntfy's names of the same emojis.
func tags(l logbook.Level) []string {
	switch {
	case l >= logbook.LevelCritical:
		return []string{"rotating_light"}
	case l >= logbook.LevelError:
		return []string{"x"}
	case l >= logbook.LevelWarn:
		return []string{"warning"}
	case l >= logbook.LevelNotice:
		return []string{"mega"}
	case l >= logbook.LevelSuccess:
		return []string{"white_check_mark"}
	}
	return nil
}
