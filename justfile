# The one door: `just check` before a commit, `just test` for the tests alone.
set windows-shell := ["powershell.exe", "-NoLogo", "-Command"]

# everything that must hold: lint, types, layers, generated code, tests
check: lint types layers test

lint:
    ruff check .
    ruff format --check .

types:
    pyright

layers:
    lint-imports

# all tests; arguments go to pytest
test *ARGS:
    python -m pytest {{ ARGS }}

# the fast ones, without real servers
unit *ARGS:
    python -m pytest tests/unit {{ ARGS }}

bench *ARGS:
    python -m bench {{ ARGS }}

run *ARGS:
    python -m ui {{ ARGS }}

# generated code from proto/ into app/pb
gen:
    python -m grpc_tools.protoc -I proto --python_out=. --mypy_out=readable_stubs:. proto/app/pb/values.proto proto/app/pb/worker.proto proto/app/pb/gateway.proto
    python -m grpc_tools.protoc -I proto --grpc_python_out=. --mypy_grpc_out=readable_stubs:. proto/app/pb/gateway.proto

fix:
    ruff check --fix .
    ruff format .

# the tests column of docs/behaviour.md
behaviour:
    python -m tests.helpers.behaviour

# the pictures of the docs, from the running program
screenshots:
    python -m tests.helpers.screenshots

# the words of the window, for translation
words:
    python -m tests.helpers.words

# the program as a folder that needs no Python, below build/dist
freeze *ARGS:
    python -m installer.freeze {{ ARGS }}

# sdist, wheel, tarball or Windows installer, checksums, below dist/
release *ARGS:
    python -m installer.release {{ ARGS }}
