"""Reads and writes memory by its address in compiled loops.

A loop that hands arrays from function to function copies their heads each time; addresses are one number. Whoever
gives an address keeps the array alive, and no index is checked.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import from_dtype
from numba.core import cgutils, types
from numba.extending import intrinsic

from linkwell.matching.index.columns import PLACE, ROW
from linkwell.matching.index.compiled import keep_apart

keep_apart()
_ROW, _PLACE = from_dtype(ROW), from_dtype(PLACE)
_I8, _I32, _I64, _F32, _F64 = ir.IntType(8), ir.IntType(32), ir.IntType(64), ir.FloatType(), ir.DoubleType()


def _pointer(builder: Any, address: Any, kind: Any, place: Any) -> Any:
    return builder.gep(builder.inttoptr(address, kind.as_pointer()), [place])


def _record(kind: Any, size: int) -> Any:
    def reads(typing: Any, address: Any, place: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            at = builder.add(arguments[0], builder.mul(arguments[1], ir.Constant(_I64, size)))
            return builder.inttoptr(at, context.get_value_type(kind))

        return kind(types.int64, types.int64), generate

    return intrinsic(reads)


def _number(kind: Any, raw: Any, *, widen: bool) -> Any:
    def reads(typing: Any, address: Any, place: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            value = builder.load(_pointer(builder, arguments[0], raw, arguments[1]))
            return builder.zext(value, _I64) if widen else value

        return kind(types.int64, types.int64), generate

    return intrinsic(reads)


def _writer(kind: Any, raw: Any) -> Any:
    def writes(typing: Any, address: Any, place: Any, value: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            builder.store(arguments[2], _pointer(builder, arguments[0], raw, arguments[1]))
            return context.get_dummy_value()

        return types.void(types.int64, types.int64, kind), generate

    return intrinsic(writes)


row_at = _record(_ROW, ROW.itemsize)
place_at = _record(_PLACE, PLACE.itemsize)
byte_at = _number(types.int64, _I8, widen=True)
small_at = _number(types.int64, _I32, widen=True)  # unsigned, 32 bits
whole_at = _number(types.int64, _I64, widen=False)
real_at = _number(types.float64, _F64, widen=False)
float_at = _number(types.float32, _F32, widen=False)
put_whole = _writer(types.int64, _I64)
put_real = _writer(types.float64, _F64)


@intrinsic
def fetch(typing: Any, address: Any) -> Any:
    """Have a line of memory brought near before it is needed."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        line = _I8.as_pointer()
        kind = ir.FunctionType(ir.VoidType(), [line, _I32, _I32, _I32])
        name = builder.module.declare_intrinsic("llvm.prefetch", [line], kind)
        read, keep, data = (ir.Constant(_I32, number) for number in (0, 3, 1))
        builder.call(name, [builder.inttoptr(arguments[0], line), read, keep, data])
        return context.get_dummy_value()

    return types.void(types.int64), generate


@intrinsic
def lowest(typing: Any, number: Any) -> Any:
    """Return the place of the lowest bit that is set."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], cgutils.false_bit)

    return types.int64(types.int64), generate


@intrinsic
def bits(typing: Any, number: Any) -> Any:
    """Return how many bits are set."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.ctpop(arguments[0])

    return types.int64(types.int64), generate


def address(array: np.ndarray[Any, Any]) -> int:
    """Return where an array lies, 0 where it is empty."""
    return int(array.__array_interface__["data"][0]) if array.size else 0
