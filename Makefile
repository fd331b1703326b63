# Names the chores; each is one script in dev/.

PORT ?= 8080
SECONDS ?= 60
SEEDS ?= 100
N ?= 50
MINUTES ?= 10

.PHONY: help setup build run test check lint corpus model screenshot clean sim faults kafka fuzz-log bench-log
.PHONY: kafka-listener fuzz-kafka bench-kafka
.PHONY: exports fuzz-gateway fuzz-model model-servers autobahn bench-gateway reply-kills bench-model
.PHONY: bench-page page bench-replay man

help:
	@echo 'make run [PORT=9000]  build, get the local model, serve on http://127.0.0.1:8080'
	@echo 'make build            leaves .build/release/verbatim'
	@echo 'make test             everything that must hold, as CI runs it'
	@echo 'make check            lint and the quick tests'
	@echo 'make lint             formatting and script syntax'
	@echo 'make setup            what a build needs, installed once'
	@echo 'make sim [SEEDS=1000]  the log and its rooms on a disk that fails, by seeds'
	@echo 'make faults [N=1000]  kills, power cuts, full disks, failing calls, damaged bytes'
	@echo 'make reply-kills [N=50]   SIGKILL in the middle of replies'
	@echo 'make kafka            segments read by Kafka clients, of the whole corpus too'
	@echo 'make kafka-listener   a running server read by Kafka clients, the whole corpus too'
	@echo 'make fuzz-kafka [SECONDS=3600]  hostile requests of Kafka clients'
	@echo 'make fuzz-log [SECONDS=3600]  hostile bytes for the decoders of the log'
	@echo 'make fuzz-gateway [SECONDS=3600]  hostile frames and hostile clients'
	@echo 'make fuzz-model [SECONDS=3600]  hostile answers for the decoder of models'
	@echo 'make autobahn         the WebSocket framing, by the Autobahn test suite'
	@echo 'make exports          exports of the whole corpus, read by pandas, pyarrow, DuckDB, jq'
	@echo 'make bench-log        what the log costs, beside SQLite and the disk alone'
	@echo 'make bench-gateway [ROUNDS=3]  what the gateway costs, beside uWebSockets and Redis'
	@echo 'make bench-replay [ROUNDS=5]  rebuild, audit and seek, beside Redis and plain tools'
	@echo 'make man              the man pages, in .build/man'
	@echo 'make bench-kafka      what Kafka clients cost the server, beside tansu'
	@echo 'make bench-model      from a model server to 200 watchers'
	@echo 'make page             the page in a browser, at full size: a million events, 300 payloads'
	@echo 'make bench-page [MINUTES=10]  what the page costs a browser, and a seek in a million events'
	@echo 'make corpus           the corpus of real typing, in the drive format'
	@echo 'make model            the local model, got once'
	@echo 'make model-servers    the same questions to llama.cpp, Transformers and vLLM'
	@echo 'make screenshot       docs/screenshot.png, taken of a running room'
	@echo 'make clean            removes builds; keeps data/ and the cache'

setup:
	@dev/setup

build:
	@dev/build

run:
	@dev/run $(PORT)

test:
	@dev/test

check:
	@dev/check

lint:
	@dev/lint

sim:
	@dev/sim $(SEEDS)

faults:
	@dev/faults $(N)

reply-kills:
	@dev/reply-kills $(N)

kafka:
	@dev/kafka && dev/kafka --corpus

kafka-listener:
	@dev/kafka-listener 829

fuzz-kafka:
	@dev/fuzz-kafka $(SECONDS)

fuzz-log:
	@dev/fuzz $(SECONDS)

fuzz-gateway:
	@dev/fuzz-gateway $(SECONDS)

fuzz-model:
	@dev/fuzz-model $(SECONDS)

autobahn:
	@dev/autobahn --wstest

exports:
	@dev/exports

bench-log:
	@dev/bench-log

bench-gateway:
	@dev/bench-gateway $(ROUNDS)

bench-replay:
	@dev/bench-replay $(ROUNDS)

man:
	@dev/man

bench-model:
	@dev/bench-model

bench-kafka:
	@dev/bench-kafka
page:
	@dev/page/all

bench-page:
	@dev/bench-page $(MINUTES)

corpus:
	@dev/corpus

model:
	@dev/model

model-servers:
	@dev/model-servers

screenshot:
	@dev/screenshot

clean:
	@rm -rf .build .build-*
