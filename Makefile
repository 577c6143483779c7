# faultline measures coupling: see README.md.

TRIALS   ?= 1
COUNT    ?= 6
ROUNDS   ?= 20
BENCH    ?= .
GO       ?= go
export CGO_ENABLED ?= 0# static: the program runs in an empty image
export GOFLAGS ?= -trimpath# one build cache for the program and its tests, wherever they lie
commit   := $(shell git rev-parse --short HEAD 2>/dev/null)
ldflags  := -s -w -X main.commit=$(commit)
stamp    := $(shell date +%Y-%m-%dT%H-%M-%S)
# Tests with a RabbitMQ of their own in each case: four nodes that start at once take over a minute each on two processors.
nodes    := ^TestPromisesAtCrashPoints$$/^rabbitmq$$
# Tests of whole systems whose figures suffer when more than two of them share the processors, and those that start RabbitMQ or
# containers, beside which nobody can measure.
measured := ^TestBrokenPromises$$|^TestOracleSlowRisk$$|^TestOraclePause$$|^TestPauseHiddenByFewWorkers$$|^TestPaymentDown$$|^TestDrains$$|^TestOracleRetries$$|^TestRetryBudget$$|^TestOracleCoupling$$|^TestClientsLosePatience$$|^TestSeveralFaults$$|^TestFaultsOnServices$$|^TestFaultsOnBrokers$$|^TestLostBindingOfOneOfTwo$$
starting := ^TestEngineFaults$$|^TestBrokerDownInContainers$$|^TestDrivenOnTheEnginesMachine$$|^TestFaultsOnBrokers$$/^rabbitmq$$|$(nodes)
# Tests that have a target of their own: capacities, storms, noise, coupling (the longer ones), seams.
own      := ^TestOracleAvailability$$|^TestSeams$$|^TestCapacityOfAPool$$|^TestBreakingPointIsWhereQueueingSays$$|^TestOracleRetryStorm$$|^TestRetryStorms$$|^TestNoise$$
# The packages whose tests take longest are begun first, so that none of them is left alone at the end.
longest  := ./bench ./cmd/faultline ./targets/broker ./internal/lab

.PHONY: help report test race bench compare soak promises noise coupling seams matrix storms capacities lint build clean

help: ## say what each target does
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build: ## build bin/faultline
	$(GO) build -ldflags '$(ldflags)' -o bin/faultline ./cmd/faultline

report: build ## compare sync, queue and hybrid under a slow service: an HTML page in 3 minutes; TRIALS=6 for intervals, ALL=1 for every architecture
	bin/faultline run $(if $(ALL),--arch all) --trials $(TRIALS) --out runs/$(stamp)

test: ## run every test that this machine can run, in some 15 minutes where RabbitMQ and containers are to be had
	$(GO) vet ./...
	@$(GO) test -count=1 -v ./internal/needs | sed -n 's/.*\(skipped: \)/\1/p'
	$(GO) test -parallel 2 -timeout 20m -run '$(measured)' -skip '$(starting)' ./bench
	$(GO) test -parallel 3 -timeout 20m -run '$(starting)' ./bench
	$(GO) test -p 2 -parallel 4 -timeout 20m -skip '$(measured)|$(starting)|$(own)' $(longest) ./...

race: ## run the tests that measure no absolute times under the race detector, but for those of the command line; needs a C compiler
	CGO_ENABLED=1 $(GO) test -race -short -p 2 -parallel 4 -timeout 20m $$($(GO) list $(longest) ./... | grep -v /cmd/)

bench: ## write bench.txt for benchstat: every architecture under every fault, COUNT=6 times; BENCH=Trial/arch=sync/fault=slow-risk for one
	@echo "about 20 s a benchmark and count, some 400 benchmarks unless BENCH selects: $(COUNT) counts are at most $$((400 * $(COUNT) * 20 / 60)) minutes"
	@echo "# commit $(commit), $(stamp)" > bench.txt
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchtime 1x -count $(COUNT) -timeout 24h ./bench | tee -a bench.txt

compare: ## make compare BASE=rev: has that revision and the working copy run docs/gate.yaml in turn, ROUNDS=12 times, and puts the gates to what changed
	@test -n "$(BASE)" || { echo "make compare BASE=rev: name the revision to compare with"; exit 2; }
	ROUNDS=$(if $(filter command line,$(origin ROUNDS)),$(ROUNDS),12) scripts/compare.sh "$(BASE)"

soak: build ## every architecture under every fault, 30 s each, carried on in runs/soak; then each promise ROUNDS=20 times at its crash point, with both brokers
	bin/faultline run --plan docs/soak.yaml --out runs/soak --resume --fail-on duplicated,half-done,lost,phantom
	@echo "about $$(( (92 * ($(ROUNDS) * 5 / 2 + 12) / 4 + (33 * ($(ROUNDS) * 5 / 2 + 25) + 33 * ($(ROUNDS) * 22 + 40)) / 2) / 60 )) minutes; a quarter of that without RabbitMQ"
	$(GO) test ./bench -run TestPromises -skip '$(nodes)' -parallel 4 -timeout 24h -v -rounds $(ROUNDS)
	$(GO) test ./bench -run '$(nodes)|^TestEngineFaults$$' -parallel 2 -timeout 24h -v -rounds $(ROUNDS)

promises: ROUNDS = 10
promises: ## break each promise ROUNDS=10 times, with both brokers, and have the audit catch what follows
	$(GO) test ./bench -run TestBrokenPromises -parallel 4 -timeout 24h -v -rounds $(ROUNDS)

noise: ## set a control against itself, 20 times: how far the matrix is from nothing where nothing is broken; 20 minutes
	$(GO) test ./bench -run TestNoise -timeout 24h -v -noise 20

coupling: ## hold latency couplings of every link that the answer of sync waits for to 1, and of queue's answers to 0: 200 and 800 ms; 4 minutes
	$(GO) test ./bench -run 'TestOracleCoupling|TestOracleAvailability' -parallel 1 -timeout 24h -v -every-link

seams: ## run the outermost cuts of faultline seams and compute their front; half a minute
	$(GO) test ./bench -run TestSeams -timeout 24h -v

matrix: build ## break every place of sync, queue and hybrid, one after the other: an HTML page in 8 minutes
	bin/faultline matrix --trials $(TRIALS) --out runs/matrix-$(stamp)

storms: STORMS = 10
storms: ## oracle 5: a retry storm that outlives its cause, and what heals it, STORMS=10 times each; half an hour
	$(GO) test ./bench -run 'RetryStorm' -parallel 3 -timeout 24h -v -storms $(STORMS)

capacities: ## faultline capacity finds what a pool of slots can do, within 5 %, 5 times of 5, and faultline breaking-point what breaks it; 10 quiet minutes
	$(GO) test ./bench -run 'TestCapacityOfAPool|TestBreakingPointIsWhereQueueingSays' -timeout 24h -v -capacities 5

lint: ## gofmt, go vet, staticcheck
	@test -z "$$(gofmt -l .)" || { gofmt -l .; exit 1; }
	$(GO) vet ./...
	GOOS=darwin $(GO) build ./...
	$(GO) run honnef.co/go/tools/cmd/staticcheck@v0.8.2 ./...

clean: ## remove what was built
	rm -rf bin bench.txt
