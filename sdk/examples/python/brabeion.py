"""brabeion.py: brabeion from Python, by ctypes: the declarations of <brabeion/engine.h> that are used, and a class.

    import brabeion

    with brabeion.Engine("badges.yaml") as engine:
        engine.on_award(lambda award: print(award.user, "earned", award.name))
        engine.possibly_award("points_awarded", "ada", points=7600)
        for award in engine.awards("ada"):
            print(award.at, award.name)

An Engine may be used from any thread: ctypes lets go of Python's lock during each call. Open it after os.fork(), for
an engine belongs to the process that opened it. Close it when no other thread is in a call.

The library is found as any other, or named by the environment variable BRABEION_LIBRARY.
"""

import ctypes
import json
import os
from ctypes import POINTER, byref, c_bool, c_char_p, c_double, c_int, c_int32, c_int64, c_size_t, c_uint32, c_void_p
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_NULL, _INT, _REAL, _BOOL, _TEXT, _JSON = range(6)
OUTCOMES = ("judged", "unhandled", "duplicate", "abandoned")

# ---- what the header declares, in its order ----


class _Error(ctypes.Structure):
    _fields_ = [("status", c_int), ("message", c_char_p)]


class _Sized(ctypes.Structure):
    """A struct that begins with its size, by which the library knows how much of it there is."""

    def __init__(self, **members):
        super().__init__(struct_size=ctypes.sizeof(self), **members)


class _Options(_Sized):
    _fields_ = [("struct_size", c_uint32), ("time", c_int), ("config", c_char_p),
                ("config_text", c_char_p), ("config_other_keys", c_void_p), ("plugin_path", c_char_p), ("database", c_char_p),
                ("log", c_void_p), ("log_context", c_void_p), ("clock", c_void_p), ("clock_context", c_void_p),
                ("allocator", c_void_p), ("submit_capacity", c_size_t), ("no_create", c_bool), ("no_watch", c_bool),
                ("no_workers", c_bool), ("memory_bytes", c_int64), ("migrating", c_void_p), ("migrating_context", c_void_p),
                ("read_only", c_bool)]


class _Value(ctypes.Union):
    _fields_ = [("integer", c_int64), ("real", c_double), ("boolean", c_bool), ("text", c_char_p)]


class _Field(ctypes.Structure):
    _fields_ = [("name", c_char_p), ("type", c_int), ("value", _Value)]


class _Event(_Sized):
    _fields_ = [("struct_size", c_uint32), ("field_size", c_uint32), ("name", c_char_p), ("user", c_char_p),
                ("id", c_char_p), ("at_us", c_int64), ("fields", POINTER(_Field)), ("field_count", c_size_t),
                ("has_at", c_bool), ("unused", ctypes.c_ubyte * 7), ("offset_minutes", c_int32),
                ("has_offset", c_bool)]


class _Award(ctypes.Structure):
    _fields_ = [("id", c_int64), ("sequence", c_int64), ("user", c_char_p), ("badge", c_char_p), ("level", c_uint32),
                ("name", c_char_p), ("description", c_char_p), ("reason", c_char_p), ("event", c_char_p),
                ("event_id", c_char_p), ("at_us", c_int64), ("stored_us", c_int64)]


class _Result(_Sized):
    _fields_ = [("struct_size", c_uint32), ("status", c_int), ("outcome", c_int), ("failed", c_uint32),
                ("message", c_char_p), ("award_count", c_uint32), ("award_stride", c_uint32), ("awards", c_void_p),
                ("lapsed_count", c_uint32), ("lapsed_stride", c_uint32), ("lapsed", c_void_p),
                ("failure_count", c_uint32), ("failure_stride", c_uint32), ("failures", c_void_p),
                ("memory", c_void_p), ("refused", c_uint32)]


class _ListOptions(_Sized):
    _fields_ = [("struct_size", c_uint32), ("language", c_char_p), ("before", c_int64), ("limit", c_size_t)]


class _AwardList(ctypes.Structure):
    _fields_ = [("count", c_size_t), ("stride", c_size_t), ("awards", c_void_p), ("memory", c_void_p)]


_AwardCallback = ctypes.CFUNCTYPE(None, c_void_p, POINTER(_Award))


def _load():
    library = ctypes.CDLL(os.environ.get("BRABEION_LIBRARY", "libbrabeion.so.0"))
    for name, result, *arguments in (
        ("open", c_int, POINTER(_Options), POINTER(c_void_p), POINTER(_Error)),
        ("close", None, c_void_p),
        ("reload", c_int, c_void_p, c_void_p, POINTER(_Error)),
        ("possibly_award", c_int, c_void_p, POINTER(_Event), POINTER(_Result)),
        ("result_finish", None, POINTER(_Result)),
        ("on_award", c_int, c_void_p, _AwardCallback, c_void_p),
        ("user_awards", c_int, c_void_p, c_char_p, POINTER(_ListOptions), POINTER(_AwardList), POINTER(_Error)),
        ("award_list_finish", None, POINTER(_AwardList)),
        ("error_finish", None, POINTER(_Error)),
        ("status_name", c_char_p, c_int),
    ):
        function = getattr(library, "brabeion_" + name)
        function.restype, function.argtypes = result, arguments
    return library


_library = _load()

# ---- the pleasant part ----


class BrabeionError(Exception):
    """The engine's message; `status` is its name in one word: "invalid", "configuration", "busy" and so on."""

    def __init__(self, status, message):
        self.status = _library.brabeion_status_name(status).decode()
        super().__init__(message.decode() if message else self.status)


@dataclass(frozen=True)
class Award:
    id: int
    sequence: int
    user: str
    badge: str
    level: int
    name: str
    description: str
    reason: str
    event: str
    event_id: str
    at: datetime
    stored: datetime

    @classmethod
    def _of(cls, raw):
        values = [getattr(raw, name) for name, _ in _Award._fields_[:-2]]
        values = [value.decode() if isinstance(value, bytes) else value for value in values]
        times = [_EPOCH + timedelta(microseconds=us) for us in (raw.at_us, raw.stored_us)]
        return cls(*values, *times)


def _awards(first, stride, count):
    """The library's awards may be larger than _Award: they lie a stride apart."""
    return (Award._of(_Award.from_address(first + i * stride)) for i in range(count))


class Awards(list):
    """What an event earned, a list of Award. `outcome` is one of OUTCOMES; `failed` counts badges that failed."""

    outcome, failed = "judged", 0


def _bytes(text):
    if text is not None and "\0" in text:
        raise ValueError("text for brabeion must not contain NUL")
    return None if text is None else text.encode()


def _field(name, value):
    if value is None:
        return _Field(_bytes(name), _NULL)
    if isinstance(value, bool):  # before int, which bool is a kind of
        return _Field(_bytes(name), _BOOL, _Value(boolean=value))
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise ValueError(f"{name}: an integer for brabeion has 64 bits")
        return _Field(_bytes(name), _INT, _Value(integer=value))
    if isinstance(value, float):
        return _Field(_bytes(name), _REAL, _Value(real=value))
    if isinstance(value, str):
        return _Field(_bytes(name), _TEXT, _Value(text=_bytes(value)))
    return _Field(_bytes(name), _JSON, _Value(text=json.dumps(value, allow_nan=False).encode()))


class Engine:
    def __init__(self, config="badges.yaml", database=None):
        self._engine = c_void_p()
        self._callbacks = []  # ctypes does not keep them alive
        options = _Options(config=_bytes(os.fspath(config)), database=database and _bytes(os.fspath(database)))
        self._call("open", byref(options), byref(self._engine))

    def possibly_award(self, event, user, fields=None, *, id=None, at=None, **more_fields):
        """Judges one event; what it earned is stored when this returns. `at` is a datetime with its time zone."""
        fields = [_field(name, value) for name, value in {**(fields or {}), **more_fields}.items()]
        raw = _Event(field_size=ctypes.sizeof(_Field), name=_bytes(event), user=_bytes(user), id=_bytes(id))
        raw.fields, raw.field_count = (_Field * len(fields))(*fields), len(fields)
        if at is not None:
            raw.has_at, raw.at_us = True, (at - _EPOCH) // timedelta(microseconds=1)
        result = _Result()
        try:
            if _library.brabeion_possibly_award(self._engine, byref(raw), byref(result)):
                raise BrabeionError(result.status, result.message)
            awards = Awards(_awards(result.awards, result.award_stride, result.award_count))
            awards.outcome, awards.failed = OUTCOMES[result.outcome], result.failed
            return awards
        finally:
            _library.brabeion_result_finish(byref(result))

    def awards(self, user, *, before=0, limit=0):
        """A user's trophies, newest first."""
        options, found = _ListOptions(before=before, limit=limit), _AwardList()
        self._call("user_awards", self._engine, _bytes(user), byref(options), byref(found))
        try:
            return list(_awards(found.awards, found.stride, found.count))
        finally:
            _library.brabeion_award_list_finish(byref(found))

    def on_award(self, told):
        """Calls `told` with each stored Award. What it raises is printed, not passed on: the award stands."""
        callback = _AwardCallback(lambda _, raw: told(Award._of(raw.contents)))
        status = _library.brabeion_on_award(self._engine, callback, None)
        if status:
            raise BrabeionError(status, b"there are 16 callbacks already")
        self._callbacks.append(callback)

    def reload(self):
        """Reads badges.yaml again. When that fails the running badges stay."""
        self._call("reload", self._engine, None)

    def close(self):
        engine, self._engine = self._engine, c_void_p()
        _library.brabeion_close(engine)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _call(self, name, *arguments):
        """For functions that end with a brabeion_error."""
        error = _Error()
        try:
            if getattr(_library, "brabeion_" + name)(*arguments, byref(error)):
                raise BrabeionError(error.status, error.message)
        finally:
            _library.brabeion_error_finish(byref(error))
