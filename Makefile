# Targets for contributors. `make help` lists them.

GO        ?= go
STATIC    := honnef.co/go/tools/cmd/staticcheck@v0.8.2
NEXT      ?= go1.27.3
FUZZTIME  ?= 30s
RUNDIR    ?= run
TAGS      := integration,zmq

.PHONY: help install deb oci run demo run-lab deps test test-core test-tags test-windows matrix test-386 test-cross test-next test-packages test-desktop torture integration screenshots lint api fuzz bench bench-quick

help: ## list the targets
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

install: ## build logbook and install it with manual pages and completions; PREFIX, DESTDIR
	@GO="$(GO)" ./scripts/install.sh

deb: ## build a Debian package
	@GO="$(GO)" ./scripts/deb.sh

oci: ## build an OCI image of the collector, without a container engine
	@GO="$(GO)" ./scripts/oci.sh

run: ## build the programs and run them on real input
	@GO="$(GO)" ./scripts/run.sh "$(RUNDIR)"

demo: run ## make run, and then serve the tickets as a page until Ctrl-C
	@echo
	@exec bin/logbook web --db "sqlite:$(RUNDIR)/distributed/tickets.db" --addr 127.0.0.1:0

run-lab: ## run the daemon of a simulated cryostat through an outage of its database, half a minute
	@GO="$(GO)" ./examples/lab/run.sh "$(RUNDIR)/lab"

deps: ## install missing Debian packages that tests need
	@./scripts/deps.sh

test: deps lint test-core test-windows ## all checks that a change must pass; some minutes

matrix: test-tags test-386 test-cross test-next test-packages ## build tags, other platforms, the next Go release and the packages; CI runs it after `make test`

# The test that follows the pages of the documentation takes minutes on a busy machine. The
# tests of allocation budgets do not run with the race detector, so another run adds them.
# bench has newer versions of the loggers that compat bridges.
test-core:
	@test -n "$$LOGBOOK_TEST_TIMESCALE_DSN" || echo "not run: TestTimescaleServer of ./database, which needs TimescaleDB; set LOGBOOK_TEST_TIMESCALE_DSN"
	$(GO) test -vet=off -race -timeout 30m -tags $(TAGS) ./...
	$(GO) test -vet=off -tags crashpoints -run CrashPoints ./queues/spool
	$(GO) test -vet=off -run Alloc ./logbook ./compat/... ./handlers ./handlers/syslog ./queues ./queues/spool ./internal/...
	CGO_ENABLED=0 $(GO) test -vet=off ./ticketing/sqlite ./database/sqlite
	cd bench && $(GO) test -vet=off ./... $(addprefix github.com/logbook-go/logbook/compat/,zapcore zerologw logrushook)
	cd integration && $(GO) test -vet=off ./codec ./chi
	cd cmd/logbookvet && $(GO) test -vet=off -count 1 ./...

test-tags:
	$(GO) test -vet=off -tags logbook_poison ./logbook/... ./compat ./handlers/...
	$(GO) test -vet=off -tags logbook_portable ./logbook/... ./compat ./handlers ./handlers/syslog ./internal/...

test-windows:
	@GO="$(GO)" ./scripts/cross.sh windows/amd64

test-386:
	@GO="$(GO)" ./scripts/test-arch.sh 386

test-cross:
	@GO="$(GO)" ./scripts/cross.sh

test-next:
	@GO="$(GO)" ./scripts/test-next.sh $(NEXT)

test-packages:
	@./scripts/deps.sh mandoc skopeo
	@GO="$(GO)" ./scripts/test-packages.sh

test-desktop: ## desktop notifications with a real daemon, under Xvfb
	@./scripts/deps.sh xvfb dunst
	$(GO) test -race -tags desktop -run Dunst ./handlers/desktop

torture: ## shared log files, queues and the spool at full size: kills, renames, restarts, failing disks, damage, hostile peers; some minutes
	LOGBOOK_TORTURE_LINES=100000 $(GO) test -count 1 -v -timeout 1h ./handlers/torture
	LOGBOOK_TORTURE_RECORDS=1000000 $(GO) test -count 1 -v -timeout 1h -tags $(TAGS) -run Accounting ./queues ./queues/zeromq
	LOGBOOK_TORTURE_CRASHES=20 LOGBOOK_TORTURE_KILLS=100 LOGBOOK_TORTURE_FLIPS=10000 LOGBOOK_TORTURE_FAULTS=20 LOGBOOK_TORTURE_CUTS=500 \
		$(GO) test -count 1 -v -timeout 1h -tags crashpoints ./queues/spool
	LOGBOOK_TORTURE_RECORDS=1000000 LOGBOOK_TORTURE_KILLS=100 $(GO) test -count 1 -v -timeout 1h -run Killed ./queues ./cmd/logbook
	LOGBOOK_TORTURE_PEERS=1000 $(GO) test -count 1 -v -run HostilePeers ./queues/socket ./queues/otlp
	LOGBOOK_TORTURE_KILLS=50 LOGBOOK_TORTURE_FINGERPRINTS=1000000 $(GO) test -count 1 -v -run 'Kill|ManyFingerprints' ./ticketing/sqlite
	LOGBOOK_TORTURE_KILLS=50 $(GO) test -count 1 -v -tags $(TAGS) -run Kill ./ticketing/postgres
	LOGBOOK_TORTURE_SECONDS=300 $(GO) test -count 1 -v -timeout 1h -tags $(TAGS) -run Killed ./database

integration: ## OTLP beside the generated code, an OpenTelemetry Collector, and the SDKs of Go and JavaScript; requests routed by chi; NATS, one server and a cluster; MongoDB's clients and FerretDB; Redmine; the page of tickets in Chromium
	@./scripts/deps.sh redmine redmine-sqlite ruby-webrick
	cd integration && $(GO) vet ./... && $(GO) test -race ./...
	cd integration/collector && $(GO) mod tidy -diff && $(GO) vet ./... && $(GO) test ./...
	@./scripts/deps.sh chromium
	cd integration/web && $(GO) mod tidy -diff && $(GO) vet ./... && $(GO) test ./...
	cd integration/mongodb && $(GO) mod tidy -diff && $(GO) vet ./... && $(GO) test ./...

screenshots: ## take the pictures of docs/images again
	@GO="$(GO)" ./scripts/screenshots.sh

lint: ## gofmt, vet, logbookvet, staticcheck, go.mod
	@test -z "$$(gofmt -l .)" || { echo "not gofmt'ed:"; gofmt -l .; exit 1; }
	$(GO) vet -tags $(TAGS),desktop ./...
	CGO_ENABLED=0 $(GO) vet ./...
	cd bench && $(GO) vet ./...
	cd integration && $(GO) vet ./codec ./chi
	cd cmd/logbookvet && $(GO) vet ./... && $(GO) build -o ../../bin/logbookvet .
	$(GO) vet -vettool=$(CURDIR)/bin/logbookvet -tags $(TAGS),desktop ./...
	cd bench && $(GO) vet -vettool=$(CURDIR)/bin/logbookvet ./...
	cd integration && $(GO) vet -vettool=$(CURDIR)/bin/logbookvet ./codec ./chi
	cd cmd/logbookvet && $(GO) run $(STATIC) ./...
	$(GO) run $(STATIC) -tags $(TAGS),desktop ./...
	$(GO) mod tidy -diff
	cd bench && $(GO) mod tidy -diff
	cd integration && $(GO) mod tidy -diff
	cd cmd/logbookvet && $(GO) mod tidy -diff

api: ## update api.txt, the list of the exported API
	$(GO) test ./examples -run TestAPI -update

fuzz: ## run every fuzz target for FUZZTIME
	@GO="$(GO)" ./scripts/fuzz.sh $(FUZZTIME)

bench: ## compare with other loggers in ten interleaved rounds
	$(MAKE) -C bench bench

bench-quick: ## the same in two minutes
	$(MAKE) -C bench bench-quick
