# Everything a contributor runs. `make help` lists the targets.

GO        ?= go
STATIC    := honnef.co/go/tools/cmd/staticcheck@v0.8.2
NEXT      ?= go1.27.3
FUZZTIME  ?= 30s
RUNDIR    ?= run

.PHONY: help run deps test test-desktop test-core test-386 test-cross test-next torture lint fuzz bench bench-quick

help: ## list the targets
	@grep -E '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 14

run: ## build everything and show it at work on real input; ends by itself
	@GO="$(GO)" ./scripts/run.sh "$(RUNDIR)"

deps: ## install the Debian packages that tests need, where any are missing
	@./scripts/deps.sh

test: deps lint test-core test-386 test-cross ## everything that CI checks

test-core:
	$(GO) test -race ./...
	$(GO) test ./...
	$(GO) test -tags logbook_portable ./logbook/... ./internal/... ./compat ./handlers ./handlers/syslog
	$(GO) test -race -tags integration ./logbook ./handlers/syslog ./handlers/desktop
	cd bench && $(GO) test ./...

test-386:
	GOARCH=386 CGO_ENABLED=0 $(GO) test ./logbook/... ./internal/... ./handlers ./compat ./config

test-cross:
	@GO="$(GO)" ./scripts/cross.sh

test-desktop: ## desktop notifications with a real daemon, under Xvfb
	@./scripts/deps.sh xvfb dunst
	$(GO) test -race -tags desktop -run Dunst ./handlers/desktop

test-next: ## run the suite on the next Go release
	GOTOOLCHAIN=$(NEXT) $(GO) version
	GOTOOLCHAIN=$(NEXT) $(GO) test ./...

torture: ## shared log files at full size: 4 processes, kills, renames; some minutes
	LOGBOOK_TORTURE_LINES=100000 $(GO) test -count 1 -v -timeout 1h ./handlers/torture

lint: ## gofmt, vet, staticcheck, go.mod
	@test -z "$$(gofmt -l .)" || { echo "not gofmt'ed:"; gofmt -l .; exit 1; }
	$(GO) vet ./...
	cd bench && $(GO) vet ./...
	$(GO) run $(STATIC) ./...
	$(GO) mod tidy -diff
	cd bench && $(GO) mod tidy -diff

fuzz: ## run every fuzz target for FUZZTIME
	@GO="$(GO)" ./scripts/fuzz.sh $(FUZZTIME)

bench: ## the table beside the peers: at least ten interleaved rounds
	$(MAKE) -C bench bench

bench-quick: ## the same in two minutes
	$(MAKE) -C bench bench-quick
