# Names the chores; each is one script in dev/.

PORT ?= 8080

.PHONY: help setup build run test check lint corpus model screenshot clean

help:
	@echo 'make run [PORT=9000]  build, get the local model, serve on http://127.0.0.1:8080'
	@echo 'make build            leaves .build/release/verbatim'
	@echo 'make test             everything that must hold, as CI runs it'
	@echo 'make check            lint and the quick tests'
	@echo 'make lint             formatting and script syntax'
	@echo 'make setup            what a build needs, installed once'
	@echo 'make corpus           the corpus of real typing, in the drive format'
	@echo 'make model            the local model, got once'
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

corpus:
	@dev/corpus

model:
	@dev/model

screenshot:
	@dev/screenshot

clean:
	@rm -rf .build .build-*
