"""The one importer of numba's njit: kernels compile once per machine and their cache is never
stale.

Numba's own cache looks only at the file a function stands in; ours lies in a folder keyed by all
kernel sources and numba's version, so kernels may call kernels of other files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt
from numba import types
from numba.extending import intrinsic

from dsl.cache import cache_folder, mark_used, prune

F64 = npt.NDArray[np.float64]
I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U64 = npt.NDArray[np.uint64]
Bool1D = npt.NDArray[np.bool_]

Function = TypeVar("Function", bound=Callable[..., Any])
Array = TypeVar("Array")

_KEPT_VERSIONS, _KEPT_S = 3, 86400.0  # kernels of other versions
_KERNEL_FOLDERS = ("dsl", "backtest", "codegen")


def _cache_folder() -> Path:
    """Return the cache folder of exactly these sources; those of old versions are removed."""
    root = Path(__file__).resolve().parent.parent
    digest = hashlib.blake2b(
        f"numba {numba.__version__} numpy {np.__version__}".encode(), digest_size=8
    )
    for folder in _KERNEL_FOLDERS:
        for path in sorted((root / folder).rglob("*.py")):
            source = path.read_bytes()
            if b"njit" in source:
                digest.update(path.relative_to(root).as_posix().encode() + b"\0" + source)
    kernels = cache_folder("kernels") / digest.hexdigest()
    if kernels.is_dir():
        mark_used(kernels)
    else:
        prune(kernels.parent.glob("*"), keep=_KEPT_VERSIONS, unused_s=_KEPT_S)
    return kernels


_kernels = _cache_folder()
numba.config.CACHE_DIR = str(_kernels)  # type: ignore[attr-defined]


def keep_kernels() -> None:
    """Note that the kernels are in use; for what runs longer than those of old versions are kept.

    What other versions remove is gone for good: a kernel compiled later could not be stored.
    """
    mark_used(_kernels)


def njit(function: Function) -> Function:
    """Compile a plain function on first use: cached on disk, without the GIL, no fastmath."""
    compiled = numba.njit(cache=True, nogil=True, error_model="numpy")(function)
    return cast("Function", compiled)  # a dispatcher is called like the function it compiles


def njit_fused(function: Function) -> Function:
    """Compile as `njit` does, into its callers and without counting references to arrays.

    For code that makes no arrays: counting one wherever it is taken from a tuple, and returning
    many values from a call, cost an engine more than the work between.
    """
    options: Any = {"forceinline": True, "_nrt": False}  # the second is not in numba's types
    compiled = numba.njit(cache=True, nogil=True, error_model="numpy", **options)(function)
    return cast("Function", compiled)


def _trailing_zeros(typing_context: Any, word: Any) -> Any:
    """Return the number of the lowest set bit of a uint64, 64 for 0; one machine instruction."""

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        zero_gives_64 = context.get_constant(types.boolean, False)
        return builder.cttz(args[0], zero_gives_64)

    return types.int64(types.uint64), build


def _borrowed(typing_context: Any, array: Any) -> Any:
    """Return the same array without its reference count; the caller keeps the array alive.

    Counting costs two locked instructions for each array and call, and threads that share arrays
    wait for one another there.
    """

    def build(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        view = context.make_array(signature.return_type)(context, builder, args[0])
        view.meminfo = view.meminfo.type(None)
        view.parent = view.parent.type(None)
        return view._getvalue()

    return array(array), build


# Compiled code calls them without the typing context that their definitions take.
trailing_zeros = cast("Callable[[np.uint64], int]", intrinsic(_trailing_zeros))
borrowed = cast("Callable[[Array], Array]", intrinsic(_borrowed))
