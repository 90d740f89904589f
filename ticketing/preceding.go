package ticketing

import (
	"fmt"
	"sync"
	"time"

	"github.com/logbook-go/logbook/internal/text"
	"github.com/logbook-go/logbook/logbook"
)

// ContextKey is the key of the attribute with the records that came before an occurrence, as
// texts, the oldest first: see HandlerOptions.Context.
const ContextKey = "logbook.context"

// MaxContext bounds HandlerOptions.Context.
const MaxContext = 200

const (
	maxProcesses = 256
	maxPreceding = 300 // characters of a record
)

// preceding remembers the last records of each process.
type preceding struct {
	n int

	mu        sync.Mutex
	clock     uint64
	processes map[process]*history
}

// process is where a record was logged.
type process struct {
	appID, host string
	pid         int
}

// history has the last lines of a process. There are more of them than are asked for, since
// records that wait in a queue are asked about late.
type history struct {
	used  uint64
	lines []line // a ring
	next  int
}

type line struct {
	at   time.Time
	text string
}

func lineOf(r *logbook.Record) line {
	return line{r.Time(), text.Cut(fmt.Sprintf("%s %s %s: %s", r.Time().UTC().Format("15:04:05.000"), r.Level(), r.Channel(), r.Message()), maxPreceding, "…")}
}

// add remembers a record.
func (p *preceding) add(of process, r *logbook.Record) {
	l := lineOf(r)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clock++
	h := p.processes[of]
	if h == nil {
		if len(p.processes) >= maxProcesses {
			p.forget()
		}
		h = &history{lines: make([]line, 2*p.n)}
		p.processes[of] = h
	}
	h.used = p.clock
	h.lines[h.next] = l
	h.next = (h.next + 1) % len(h.lines)
}

// forget removes the process that has logged nothing for longest.
func (p *preceding) forget() {
	var oldest process
	for of, h := range p.processes {
		if o := p.processes[oldest]; o == nil || h.used < o.used {
			oldest = of
		}
	}
	delete(p.processes, oldest)
}

// before returns the lines that came before a record, the oldest first.
func (p *preceding) before(of process, r *logbook.Record) (texts []string) {
	own := lineOf(r)
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.processes[of]
	if h == nil {
		return nil
	}
	for i := range h.lines {
		l := h.lines[(h.next+i)%len(h.lines)]
		if l.text == own.text && l.at.Equal(own.at) { // this one, and what came later is behind it
			break
		}
		if l.text != "" && !l.at.After(own.at) {
			texts = append(texts, l.text)
		}
	}
	return texts[max(0, len(texts)-p.n):]
}
