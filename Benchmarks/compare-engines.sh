#!/bin/sh
# Measures evalkit beside PyTorch and llama.cpp on the same checkpoint of random weights, in turns within one run.
# Installs both peers first, once, and makes the checkpoint. --help lists the options, which are those of
# compare-engines.py, and these:
#
#   --peers DIR       where peers, checkpoints and converted files are kept (default .build-peers/engines)
#   --find-links DIR  a folder with a wheel of PyTorch for the CPU; PIP_FIND_LINKS does the same
#
# PyPI's own x86 wheel of PyTorch wants 4 GB of CUDA libraries. So the first of these that works is taken: a wheel
# found locally, PyTorch's index of CPU wheels, PyPI. llama.cpp is compiled for this machine from the source package
# of llama-cpp-python, which carries it whole: some minutes.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
peers="$here/../.build-peers/engines"
llama=0.3.36
torch=2.13.0
instructions=

count=$#
while [ "$count" -gt 0 ]; do
  argument=$1
  shift
  count=$((count - 1))
  case $argument in
    --peers | --find-links | --instructions)
      if [ "$count" -eq 0 ]; then
        echo "$argument needs a value" >&2
        exit 2
      fi
      case $argument in
        --peers) peers=$1 ;;
        --find-links) export PIP_FIND_LINKS="$1" ;;
        --instructions) instructions=$1 ;;
      esac
      shift
      count=$((count - 1))
      ;;
    *) set -- "$@" "$argument" ;;
  esac
done
case " $* " in
  *" --help "* | *" -h "*) exec python3 "$here/compare-engines.py" --help ;;
esac
# Of the session's own settings none may reach one engine and not the others.
unset OMP_NUM_THREADS MKL_NUM_THREADS OPENBLAS_NUM_THREADS
unset EVALKIT_CPU OPENBLAS_CORETYPE ATEN_CPU_CAPABILITY FBGEMM_ENABLE_INSTRUCTIONS ONEDNN_MAX_CPU_ISA
avx2="-DGGML_NATIVE=OFF -DGGML_AVX=ON -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON -DGGML_BMI2=ON"
llama_build=llama-build${instructions:+-$instructions}
case $instructions in
  "") native=-DGGML_NATIVE=ON ;;
  avx2)
    native=$avx2
    export EVALKIT_CPU=avx2 OPENBLAS_CORETYPE=Haswell
    export ATEN_CPU_CAPABILITY=avx2 FBGEMM_ENABLE_INSTRUCTIONS=AVX2 ONEDNN_MAX_CPU_ISA=AVX2
    ;;
  avx512-vnni)
    native="$avx2 -DGGML_AVX512=ON -DGGML_AVX512_VNNI=ON"
    export EVALKIT_CPU=avx512-vnni FBGEMM_ENABLE_INSTRUCTIONS=AVX512_VNNI ONEDNN_MAX_CPU_ISA=AVX512_CORE_VNNI
    ;;
  *)
    echo "--instructions is '$instructions': avx2 or avx512-vnni" >&2
    exit 2
    ;;
esac
mkdir -p "$peers"
peers=$(CDPATH= cd -- "$peers" && pwd)
python="$peers/venv/bin/python"

say() { echo "compare-engines: $1" >&2; }

has() {
  "$python" -c "import importlib.metadata as m, sys; [m.version(name) for name in sys.argv[1:]]" "$@" 2>/dev/null
}

if ! has cmake gguf ninja numpy; then
  say "installing Python packages into $peers/venv"
  python3 -m venv "$peers/venv"
  "$python" -m pip install --quiet cmake gguf ninja numpy setuptools \
    filelock typing-extensions sympy networkx jinja2 fsspec
fi
if ! has torch; then
  say "installing PyTorch $torch"
  "$python" -m pip install --quiet --no-index --no-deps "torch==$torch" 2>/dev/null ||
    "$python" -m pip install --quiet --no-deps --index-url https://download.pytorch.org/whl/cpu "torch==$torch" ||
    "$python" -m pip install --quiet "torch==$torch"
fi
if [ ! -x "$peers/$llama_build/bin/llama-quantize" ]; then
  source="$peers/src/llama_cpp_python-$llama"
  if [ ! -d "$source" ]; then
    say "fetching the source of llama.cpp"
    "$python" -m pip download --quiet --no-deps --no-binary llama-cpp-python -d "$peers/src" \
      "llama-cpp-python==$llama"
    tar -xzf "$source.tar.gz" -C "$peers/src"
  fi
  say "compiling llama.cpp, see $peers/$llama_build.log"
  {
    # shellcheck disable=SC2086 # several flags
    "$peers/venv/bin/cmake" -S "$source/vendor/llama.cpp" -B "$peers/$llama_build" -G Ninja \
      "-DCMAKE_MAKE_PROGRAM=$peers/venv/bin/ninja" -DCMAKE_BUILD_TYPE=Release $native \
      -DBUILD_SHARED_LIBS=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_APP=OFF \
      -DLLAMA_OPENSSL=OFF -DLLAMA_USE_PREBUILT_UI=OFF
    # The quantiser last: it says that all are there.
    "$peers/venv/bin/cmake" --build "$peers/$llama_build" --target llama-bench llama-diffusion-cli
    "$peers/venv/bin/cmake" --build "$peers/$llama_build" --target llama-quantize
  } >"$peers/$llama_build.log" 2>&1
fi
exec "$python" "$here/compare-engines.py" --peers "$peers" --llama-build "$peers/$llama_build" \
  ${instructions:+--instructions "$instructions"} "$@"
