# faultline measures coupling: see README.md.

TRIALS   ?= 1
COUNT    ?= 6
ROUNDS   ?= 20
BENCH    ?= .
GO       ?= go
commit   := $(shell git rev-parse --short HEAD 2>/dev/null)
ldflags  := -s -w -X main.commit=$(commit)
stamp    := $(shell date +%Y-%m-%dT%H-%M-%S)

.PHONY: help report test race bench soak promises lint build clean

help: ## say what each target does
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build: ## build bin/faultline
	$(GO) build -trimpath -ldflags '$(ldflags)' -o bin/faultline ./cmd/faultline

report: build ## compare sync, queue and hybrid under a slow service: an HTML page in 3 minutes; TRIALS=6 for intervals, ALL=1 for every architecture
	bin/faultline run $(if $(ALL),--arch all) --trials $(TRIALS) --out runs/$(stamp)

test: ## run every test that this machine can run, in at most 5 minutes
	$(GO) vet ./...
	@$(GO) test -count=1 -v ./internal/needs | sed -n 's/.*\(skipped: \)/\1/p'
	$(GO) test -parallel 6 -timeout 20m ./bench
	$(GO) test -p 2 -parallel 4 -timeout 20m $$($(GO) list ./... | grep -v '/bench$$')

race: ## run the tests that measure no absolute times under the race detector; needs a C compiler
	$(GO) test -race -short -p 2 -parallel 4 -timeout 20m ./...

bench: ## write bench.txt for benchstat: every architecture under every fault, COUNT=6 times; BENCH=sync/slow-risk for one
	@echo "about 20 s a benchmark and count, 100 benchmarks unless BENCH selects: $(COUNT) counts are at most $$((100 * $(COUNT) * 20 / 60)) minutes"
	@echo "# commit $(commit), $(stamp)" > bench.txt
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchtime 1x -count $(COUNT) -timeout 24h ./bench | tee -a bench.txt

soak: build ## every architecture under every fault, 30 s each, carried on in runs/soak; then each promise ROUNDS=20 times at its crash point, with both brokers
	bin/faultline run --plan docs/soak.yaml --out runs/soak --resume --fail-on duplicated,half-done,lost,phantom
	@echo "about $$(( (108 * ($(ROUNDS) * 5 / 2 + 12) + 31 * ($(ROUNDS) * 25 + 30)) / 4 / 60 )) minutes; half of that without RabbitMQ"
	$(GO) test ./bench -run TestPromises -parallel 4 -timeout 24h -v -rounds $(ROUNDS)

promises: ROUNDS = 10
promises: ## break each promise ROUNDS=10 times, with both brokers, and have the audit catch what follows
	$(GO) test ./bench -run TestBrokenPromises -parallel 4 -timeout 24h -v -rounds $(ROUNDS)

lint: ## gofmt, go vet, staticcheck
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	$(GO) vet ./...
	GOOS=darwin $(GO) build ./...
	$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

clean: ## remove what was built
	rm -rf bin bench.txt
