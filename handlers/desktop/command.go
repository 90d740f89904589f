package desktop

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"

	"github.com/logbook-go/logbook/internal/notify"
)

// outputDelay is how long other processes may keep the output of a command open after it
// has ended.
const outputDelay = time.Second

// Bounds of a command's standard error: kept, in bytes, and shown in errors, in
// characters.
const (
	maxKept   = 4 << 10
	maxOutput = 300
)

// appleScript runs osascript. The script is fixed; the texts are its arguments.
type appleScript struct {
	path     string
	settings settings
}

const appleScriptText = `on run argv
	display notification (item 2 of argv) with title (item 3 of argv) subtitle (item 1 of argv)
end run
`

func newAppleScript(l settings) (notifier, error) {
	path, err := findCommand("osascript")
	return &appleScript{path, l}, err
}

func (a *appleScript) notify(ctx context.Context, n *notification) error {
	cmd := exec.CommandContext(ctx, a.path, "-", n.title, n.text, a.settings.app)
	cmd.Stdin = strings.NewReader(appleScriptText)
	return run(ctx, cmd)
}

func (a *appleScript) close() error { return nil }

// powerShell runs PowerShell. The script is fixed; the texts are in environment
// variables, and the script adds them to the toast as text.
type powerShell struct {
	path     string
	settings settings
}

// powerShellText shows a toast. A program that is not installed cannot show a toast under
// its own name, so PowerShell shows it, with the name of the program below the text.
const powerShellText = `$ErrorActionPreference = 'Stop'
[void][Windows.UI.Notifications.ToastNotificationManager, Windows.UI.Notifications, ContentType = WindowsRuntime]
[void][Windows.Data.Xml.Dom.XmlDocument, Windows.Data.Xml.Dom.XmlDocument, ContentType = WindowsRuntime]
$xml = New-Object Windows.Data.Xml.Dom.XmlDocument
$xml.LoadXml('<toast><visual><binding template="ToastGeneric"><text/><text/><text placement="attribution"/></binding></visual></toast>')
$texts = $xml.GetElementsByTagName('text')
[void]$texts.Item(0).AppendChild($xml.CreateTextNode([string]$env:LOGBOOK_TITLE))
[void]$texts.Item(1).AppendChild($xml.CreateTextNode([string]$env:LOGBOOK_TEXT))
[void]$texts.Item(2).AppendChild($xml.CreateTextNode([string]$env:LOGBOOK_APP))
if ($env:LOGBOOK_ICON) {
	$image = $xml.CreateElement('image')
	$image.SetAttribute('placement', 'appLogoOverride')
	$image.SetAttribute('src', $env:LOGBOOK_ICON)
	[void]$xml.GetElementsByTagName('binding').Item(0).AppendChild($image)
}
if ($env:LOGBOOK_STAYS) { $xml.DocumentElement.SetAttribute('duration', 'long') }
$toast = New-Object Windows.UI.Notifications.ToastNotification $xml
if ($env:LOGBOOK_EXPIRY) { $toast.ExpirationTime = [DateTimeOffset]::Now.AddMilliseconds([double]$env:LOGBOOK_EXPIRY) }
if ($env:LOGBOOK_TAG) { $toast.Tag = $env:LOGBOOK_TAG; $toast.Group = 'logbook' }
if ($env:LOGBOOK_URGENT) { $toast.Priority = [Windows.UI.Notifications.ToastNotificationPriority]::High }
$app = '{1AC14E77-02E7-4E5D-B744-2EB1AE5198B7}\WindowsPowerShell\v1.0\powershell.exe'
[Windows.UI.Notifications.ToastNotificationManager]::CreateToastNotifier($app).Show($toast)
`

func newPowerShell(l settings) (notifier, error) {
	path, err := findCommand("powershell")
	return &powerShell{path, l}, err
}

func (p *powerShell) notify(ctx context.Context, n *notification) error {
	cmd := exec.CommandContext(ctx, p.path, "-NoProfile", "-NonInteractive", "-EncodedCommand", encodedCommand(powerShellText))
	cmd.Env = append(os.Environ(), p.environment(n)...)
	return run(ctx, cmd)
}

// environment sets every variable, so that none is inherited.
func (p *powerShell) environment(n *notification) []string {
	env := []string{"LOGBOOK_TITLE=" + n.title, "LOGBOOK_TEXT=" + n.text, "LOGBOOK_APP=" + p.settings.app}
	set := func(name, value string, ok bool) {
		if !ok {
			value = ""
		}
		env = append(env, name+"="+value)
	}
	set("LOGBOOK_ICON", p.settings.icon, filepath.IsAbs(p.settings.icon))
	set("LOGBOOK_STAYS", "1", n.expiry < 0)
	set("LOGBOOK_EXPIRY", strconv.FormatInt(n.expiry.Milliseconds(), 10), n.expiry > 0)
	set("LOGBOOK_TAG", strconv.Itoa(os.Getpid()), p.settings.replace)
	set("LOGBOOK_URGENT", "1", n.urgency == Critical)
	return env
}

func (p *powerShell) close() error { return nil }

// encodedCommand encodes a script for PowerShell's argument: UTF-16 in base64, which
// needs no quotes.
func encodedCommand(script string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(script)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return base64.StdEncoding.EncodeToString(b)
}

func findCommand(name string) (string, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoCommand, err)
	}
	return path, nil
}

// head keeps the first bytes written to it.
type head struct{ text []byte }

func (h *head) Write(p []byte) (int, error) {
	h.text = append(h.text, p[:min(len(p), maxKept-len(h.text))]...)
	return len(p), nil
}

// run runs a command. Its error has the beginning of the command's standard error.
func run(ctx context.Context, cmd *exec.Cmd) error {
	var stderr head
	cmd.Stderr = &stderr
	cmd.WaitDelay = outputDelay
	err := cmd.Run()
	if err == nil || errors.Is(err, exec.ErrWaitDelay) {
		return nil // it succeeded, and another process keeps its output open
	}
	name := filepath.Base(cmd.Path)
	if ctx.Err() != nil {
		return fmt.Errorf("%s: %w", name, ctx.Err())
	}
	if text := strings.TrimSpace(string(stderr.text)); text != "" {
		return fmt.Errorf("%s: %w: %s", name, err, notify.Cut(text, maxOutput, notify.Characters))
	}
	return fmt.Errorf("%s: %w", name, err)
}
