package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/logbook-go/logbook/config"
	"github.com/logbook-go/logbook/internal/systemd"
	"github.com/logbook-go/logbook/logbook"
)

// reload reads the configuration file again. If it is invalid, or something cannot be
// opened, nothing changes.
func (c *collector) reload() {
	_ = systemd.Notify(systemd.Reloading)
	defer func() { _ = systemd.Notify(systemd.Ready) }()
	config, err := c.load()
	if err != nil {
		complain(c.stderr, "reloading: %v", err)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), c.grace)
	defer cancel()
	added, err := c.openNew(ctx, config.Sources())
	if err != nil {
		complain(c.stderr, "reloading: %v", errors.Join(err, logbook.Close(ctx, config.Setup())))
		return
	}
	if c.store != nil {
		if err := c.store.read(ctx, config.Sinks(), &c.filter); err != nil {
			complain(c.stderr, "reloading: %v", err)
		}
		c.reportOrphans()
	}
	old := c.slot.Set(config.Setup())
	for _, s := range added {
		c.add(s)
	}
	for _, s := range c.sources {
		if !slices.ContainsFunc(config.Sources(), s.Equal) {
			c.remove(ctx, s)
		}
	}
	if err := logbook.Close(ctx, old...); err != nil {
		complain(c.stderr, "reloading: closing the old sinks: %v", err)
	}
	c.countLosses(c.config)
	c.mu.Lock()
	c.config = config
	c.mu.Unlock()
}

// openNew opens those of the sources that are not open. An open one that is not among them,
// and has the address of one that cannot be opened, is closed first. After a failure, all is
// as before.
func (c *collector) openNew(ctx context.Context, sources []*config.Source) (opened []*source, err error) {
	var closed []*source
	defer func() {
		if err == nil {
			return
		}
		for _, s := range opened {
			err = errors.Join(err, s.Close(ctx))
		}
		for _, s := range closed {
			again, failure := s.Open(c.into())
			if failure != nil {
				err = errors.Join(err, fmt.Errorf("the old source %q is closed: %w", s.Name(), failure))
				continue
			}
			c.add(&source{Source: s.Source, Subscriber: again, dispatched: &c.received})
		}
	}()
	for _, s := range sources {
		if slices.ContainsFunc(c.sources, func(open *source) bool { return open.Equal(s) }) {
			continue
		}
		sub, err := s.Open(c.into())
		if err != nil {
			for _, old := range c.sources {
				if old.SameAddress(s) && !slices.ContainsFunc(sources, old.Equal) {
					c.remove(ctx, old)
					closed = append(closed, old)
					sub, err = s.Open(c.into())
				}
			}
		}
		if err != nil {
			return opened, err
		}
		opened = append(opened, &source{Source: s, Subscriber: sub, dispatched: &c.received})
	}
	return opened, nil
}

// remove closes a source, which yields what has arrived, and takes it out of the group.
func (c *collector) remove(ctx context.Context, s *source) {
	s.leaving.Store(true)
	if err := errors.Join(s.Close(ctx), c.group.Remove(ctx, s)); err != nil {
		complain(c.stderr, "closing the source %q: %v", s.Name(), err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.countRefused(s)
	c.sources = slices.DeleteFunc(slices.Clone(c.sources), func(other *source) bool { return other == s })
}
