"""Writes small.mat, packed.mat and small.h5 for the tests of the readers.

It needs scipy and h5py (Debian: python3-scipy, python3-h5py).
"""
import h5py
import numpy as np
import scipy.io

types = ["double", "single", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
numpy_types = dict(double="f8", single="f4")
variables = {name: np.array([[1, 2, 3], [4, 5, 100]], dtype=numpy_types.get(name, name)) for name in types}
variables.update(
    negative=np.array([[-1, -128]], dtype="int8"),
    fraction=np.array([[0.1], [-2.5e-300]]),
    cube=np.arange(24.0).reshape(2, 3, 4),
    empty=np.zeros((0, 3)),
    text="a text",
    cell=np.array([1, "two"], dtype=object),
    imaginary=np.array([[1 + 2j]]),
    truth=np.array([[True, False]]),
)
scipy.io.savemat("small.mat", variables)
scipy.io.savemat("packed.mat", variables, do_compression=True)

with h5py.File("small.h5", "w") as f:
    for name in ["<f8", ">f8", "<f4", ">f4", "i1", "u1", "<i2", ">i2", "<u4", ">i8", "<u8"]:
        f.create_dataset(name, data=np.array([[1, 2, 3], [4, 5, 100]], dtype=name))
    f["negative"] = np.array([-1, -128], dtype="i1")
    f["fraction"] = np.array([0.1, -2.5e-300])
    f["cube"] = np.arange(24.0).reshape(2, 3, 4)
    f["scalar"] = 7
    f["text"] = np.bytes_("a text")
    f.create_dataset("packed", data=np.zeros(100), compression="gzip")
    f.create_dataset("never written", shape=(10**9,), dtype="f8")
    f.create_group("group")["inside"] = 1
    f.create_dataset("empty", shape=(0, 3), dtype="f8")
