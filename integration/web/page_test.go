package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var pages = []string{"/", "/?state=all", "/?state=muted", "/?q=nothing+at+all", "/tickets/1", "/tickets/2?older=3", "/tickets/3", "/tickets/4", "/keys", "/api", "/tickets/999"}

// No page reports an error or asks another host.
func TestPages(t *testing.T) {
	d := startDemo(t)
	b := newBrowser(t, d)
	for _, path := range pages {
		b.do(t, chromedp.Navigate(d.url+path), chromedp.WaitVisible(chromedp.CSS("footer")))
		if eval[bool](t, b, `document.documentElement.scrollWidth > innerWidth`) {
			t.Errorf("%s is wider than the window", path)
		}
	}
	b.do(t, chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile))
	for _, path := range pages {
		b.do(t, chromedp.Navigate(d.url+path), chromedp.WaitVisible(chromedp.CSS("footer")))
		if n := eval[int](t, b, `document.documentElement.scrollWidth`); n > 390 {
			t.Errorf("%s is %d wide on a phone", path, n)
		}
	}
}

// keys presses keys one after the other, as people do: what the page prevents is not typed.
func keys(keys string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		for _, key := range keys {
			for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
				p := input.DispatchKeyEventParams{Type: kind, Key: string(key)}
				if kind == input.DispatchKeyEventTypeKeyDown {
					p.Text = string(key)
				}
				if _, err := cdp.Call(ctx, target, input.DispatchKeyEvent, p); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

func TestKeyboard(t *testing.T) {
	d := startDemo(t)
	b := newBrowser(t, d)
	focused := `document.activeElement.getAttribute("href")`
	b.do(t, chromedp.Navigate(d.url+"/"), chromedp.WaitVisible(chromedp.CSS("#live button")), keys("jjj"))
	third := eval[string](t, b, focused)
	b.do(t, keys("k"))
	second := eval[string](t, b, focused)
	if rows := eval[[]string](t, b, `[...document.querySelectorAll(".what a")].map((a) => a.getAttribute("href"))`); second != rows[1] || third != rows[2] {
		t.Errorf("%s, %s in %v", second, third, rows)
	}
	b.do(t, keys("xjx"))
	if got := eval[string](t, b, `document.querySelector("#selected").textContent`); got != "2 selected" {
		t.Error(got)
	}
	b.do(t, keys("s"))
	b.wait(t, `document.querySelector(".flash")?.textContent === "2 tickets solved"`)
	b.do(t, keys("/"), chromedp.KeyEvent("payment"+kb.Enter))
	b.wait(t, `location.search.includes("payment") && document.querySelectorAll(".what a").length === 1`)
	b.do(t, keys("j"), chromedp.KeyEvent(kb.Enter))
	b.wait(t, `location.pathname.startsWith("/tickets/") && document.readyState === "complete"`)
	b.do(t, keys("p"))
	b.wait(t, `location.search === "?older=1" && document.readyState === "complete"`)
	b.do(t, keys("n"))
	b.wait(t, `location.search === "" && document.readyState === "complete"`)
	b.do(t, keys("c"), chromedp.KeyEvent("s is text here"+kb.Escape))
	if got := eval[string](t, b, `document.querySelector("textarea").value`); got != "s is text here" {
		t.Error(got)
	}
	b.do(t, keys("m"))
	if got := eval[string](t, b, `document.activeElement.name`); got != "mute" {
		t.Error(got)
	}
	b.do(t, chromedp.KeyEvent(kb.Escape), keys("u"))
	b.wait(t, `location.pathname === "/" && document.readyState === "complete"`)
	b.do(t, keys("?"))
	b.wait(t, `location.pathname === "/keys"`)
}

// The list follows the store, except while tickets are selected.
func TestLive(t *testing.T) {
	d := startDemo(t)
	b := newBrowser(t, d)
	b.do(t, chromedp.Navigate(d.url+"/"), chromedp.WaitVisible(chromedp.CSS("#live button[aria-pressed=true]")))
	fmt.Fprintln(d.stdin, "first news")
	b.wait(t, `document.querySelector(".what a").textContent === "first news"`)
	b.do(t, chromedp.Click(chromedp.CSS("tbody input")))
	fmt.Fprintln(d.stdin, "second news")
	b.wait(t, `pending`)
	if got := eval[string](t, b, `document.querySelector(".what a").textContent`); got != "first news" {
		t.Error(got)
	}
	b.do(t, chromedp.Click(chromedp.CSS("tbody input")))
	b.wait(t, `document.querySelector(".what a").textContent === "second news"`)
	b.do(t, chromedp.Click(chromedp.CSS("#live button")))
	b.wait(t, `source === null`)
}

// Without scripts, everything can be done.
func TestWithoutScripts(t *testing.T) {
	d := startDemo(t)
	b := newBrowser(t, d)
	call(t, b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	click := func(selector chromedp.CSS) { t.Helper(); b.click(t, selector) }
	text := func(selector chromedp.CSS) string { t.Helper(); return b.text(t, selector) }
	b.do(t, chromedp.Navigate(d.url+"/"), chromedp.Click(chromedp.CSS("tbody tr:nth-child(2) input")), chromedp.Click(chromedp.CSS("tbody tr:nth-child(3) input")))
	click(`.bulk button[value=solve].primary`)
	if got := text(".flash"); got != "2 tickets solved" {
		t.Error(got)
	}
	click(`.tabs a[href="/?state=solved"]`)
	b.do(t, chromedp.SetValue(chromedp.CSS("select[name=level]"), "critical"))
	click(".apply")
	click(".what a")
	b.do(t, chromedp.SendKeys(chromedp.CSS("textarea"), "looked at it"))
	click(`.comment button[value=comment]`)
	if got := text(".history"); !strings.Contains(got, "looked at it") {
		t.Error(got)
	}
	click(`.acts button[value=reopen]`)
	click(`.acts button[value=mute]`)
	if got := text(".marks .state"); got != "muted" {
		t.Error(got)
	}
	click("#older")
	b.do(t, chromedp.Click(chromedp.CSS(".menu summary")))
	click(`button[value=dark]`)
	if got := text(".menu summary"); !strings.EqualFold(got, "dark · UTC") {
		t.Error(got)
	}
	click(`.acts button[value=delete]`)
	click(`button[value=delete]`)
	if got := text(".flash"); got != "1 ticket deleted" {
		t.Error(got)
	}
}

// Texts of records make no elements, and run nothing.
func TestHostileRecords(t *testing.T) {
	d := startDemo(t)
	b := newBrowser(t, d)
	count := func(path string) map[string]int {
		b.do(t, chromedp.Navigate(d.url+path), chromedp.WaitVisible(chromedp.CSS("footer")))
		return eval[map[string]int](t, b, `(() => {
			const found = {};
			for (const element of document.querySelectorAll("*")) {
				found[element.tagName] = 1;
				for (const a of element.attributes) {
					if (a.name.startsWith("on") || a.name === "style" || /^\s*javascript:/i.test(a.value)) found[a.name] = 1;
				}
			}
			return found;
		})()`)
	}
	fmt.Fprintln(d.stdin, "harmless")
	b.do(t, chromedp.Navigate(d.url+"/"))
	b.wait(t, `document.querySelector(".what a").textContent === "harmless"`)
	path := eval[string](t, b, `document.querySelector(".what a").getAttribute("href")`)
	list, ticket := count("/"), count(path)
	for _, s := range []string{
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `' onfocus='alert(1)' autofocus='`, `</title></textarea></pre><svg onload=alert(1)>`, `javascript:alert(1)`,
		`<iframe srcdoc="<script>alert(1)</script>">`, `<math><mtext><table><mglyph><style><img src onerror=alert(1)>`, `</script><script>alert(1)</script>`, `<form action=//evil.example><button>`, `<base href=//evil.example>`, `<a href="javascript:alert(1)">`, `&lt;img src=x&gt;`,
	} {
		fmt.Fprintln(d.stdin, s)
		want, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		b.do(t, chromedp.Navigate(d.url+"/"))
		b.wait(t, fmt.Sprintf(`document.querySelector(".what a").textContent === %s`, want))
		path := eval[string](t, b, `document.querySelector(".what a").getAttribute("href")`)
		for name := range count("/") {
			if list[name] == 0 {
				t.Errorf("%s: %s in the list", s, name)
			}
		}
		for name := range count(path) {
			if ticket[name] == 0 {
				t.Errorf("%s: %s on the page of the ticket", s, name)
			}
		}
	}
}

// Axe finds no violation of WCAG at the levels A and AA.
func TestAccessibility(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command("npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "axe-core@4.14.1")
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("npm: %v: %s", err, out)
	}
	axe, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	d := startDemo(t)
	b := newBrowser(t, d)
	check := func(name string) {
		eval[int](t, b, string(axe)+";0")
		for _, v := range eval[[]string](t, b, `axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}).then((r) =>
			r.violations.flatMap((v) => v.nodes.map((n) => v.id + ": " + n.target + ": " + n.failureSummary)))`) {
			t.Errorf("%s: %s", name, v)
		}
	}
	for _, theme := range []string{"light", "dark"} {
		b.scheme(t, theme)
		for _, width := range []int64{1280, 390} {
			b.do(t, chromedp.EmulateViewport(width, 860))
			for _, path := range pages {
				b.do(t, chromedp.Navigate(d.url+path), chromedp.WaitVisible(chromedp.CSS("footer")))
				check(fmt.Sprint(path, " ", theme, " ", width))
			}
		}
	}
	b.open(t, d.url+"/")
	eval[int](t, b, `document.querySelector(".menu").open = true; document.querySelector("tbody input").click(); 0`)
	check("with a selection and an open menu")
}
