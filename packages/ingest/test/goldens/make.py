"""Writes the same 12 labelled images of 4 x 4 pixels with the writers that data sets come from.

python make.py, with numpy 2, pandas 3, pyarrow 26, polars 2, duckdb 1 and pillow (versions.json has those used).
Image i has pixel p = (i * 37 + p * 11) % 256; label i % 3, or its name.
"""
import io, json, os, struct, zlib
import duckdb, numpy as np, pandas as pd, PIL, polars as pl, pyarrow as pa, pyarrow.feather as feather, pyarrow.ipc as ipc, pyarrow.parquet as pq
from PIL import Image

os.chdir(os.path.dirname(os.path.abspath(__file__)))
N, D = 12, 16
flat = ((np.arange(N)[:, None] * 37 + np.arange(D) * 11) % 256).astype(np.uint8)
square = flat.reshape(N, 4, 4)
number = (np.arange(N) % 3).astype(np.uint8)
name = np.array(["circle", "square", "été"])[number]
columns = [f"pixel{i}" for i in range(D)]
wide = pd.DataFrame(flat, columns=columns)
wide.insert(0, "label", number)
named = wide.assign(label=name)

# NumPy
keras = dict(x_train=square, y_train=number, x_test=square[:6], y_test=number[:6])
np.savez("keras.npz", **keras)
np.savez_compressed("keras_deflated.npz", **keras)
np.savez("channel.npz", x_train=square[..., None].astype("i8"), y_train=number[:, None].astype(">i4"), x_test=square[:6, ..., None], y_test=number[:6, None])
np.savez("flat_unit.npz", x_train=(flat / 255).astype("f8"), y_train=number.astype("f4"), x_test=(flat[:6] / 255).astype(">f4"), y_test=number[:6])
np.savez("half.npz", x_train=flat.astype("f2"), y_train=name)
np.savez("objects.npz", x_train=flat, y_train=name.astype(object))
np.savez("fortran.npz", x_train=np.asfortranarray(square), y_train=number)
for version in (2, 3):
    import zipfile
    with zipfile.ZipFile(f"version{version}.npz", "w") as archive:
        for key, value in (("x_train", square), ("y_train", number)):
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, value, version=(version, 0))
            archive.writestr(f"{key}.npy", buffer.getvalue())

# Parquet
wide.to_parquet("pandas_snappy.parquet")
named.astype({"label": "category"}).set_index(pd.Index(np.arange(N) + 5)).to_parquet("pandas_named_gzip.parquet", compression="gzip")
pl.from_pandas(wide.astype("int64")).write_parquet("polars_zstd.parquet")
lists = pa.table({"image": pa.array(list(flat)), "label": pa.array(number)})
pq.write_table(lists, "list_brotli.parquet", compression="brotli", row_group_size=5)
pq.write_table(pa.table({"label": pa.array(name), "pixels": pa.FixedSizeListArray.from_arrays(pa.array((flat / 255).ravel()), D)}), "fixed_list_lz4.parquet", compression="lz4", data_page_version="2.0", data_page_size=100)
pq.write_table(pa.table({"image": pa.array([list(map(list, image)) for image in square]), "label": pa.array(number)}), "nested_list.parquet", compression="none", use_dictionary=False)
duckdb.sql("copy (select * from lists) to 'duckdb_list.parquet' (format parquet)")


def png(image):
    buffer = io.BytesIO()
    Image.fromarray(image).save(buffer, "png")
    return buffer.getvalue()


pq.write_table(pa.table({"image": pa.array([{"bytes": png(image), "path": f"{i}.png"} for i, image in enumerate(square)]), "label": pa.array(number, pa.int64())}), "pictures.parquet")
pq.write_table(pa.table({"image": pa.array([*map(list, flat[:4]), list(flat[4][:15])]), "label": pa.array(number[:5])}), "ragged.parquet")
pq.write_table(pa.table({"image": pa.array([*map(list, flat[:4]), None]), "label": pa.array(number[:5])}), "missing.parquet")

# Arrow
wide.to_feather("pandas_lz4.feather")
feather.write_feather(pa.table({"pixels": pa.array(list(flat.astype("i8"))), "label": pa.array(name).dictionary_encode()}), "list_zstd.arrow", compression="zstd")
fixed = pa.table({"label": pa.array(number), "pixels": pa.FixedSizeListArray.from_arrays(pa.array(flat.ravel().astype("f4") / np.float32(255)), D)})
feather.write_feather(fixed, "fixed_list.arrow", compression="uncompressed")
with ipc.new_stream("stream.arrows", lists.schema) as writer:
    for batch in lists.to_batches(max_chunksize=5):
        writer.write_batch(batch)
pl.from_arrow(lists).write_ipc("polars.arrow", compression="lz4", compat_level=pl.CompatLevel.oldest())
feather.write_feather(pa.table({"image": pa.array([*map(list, flat[:4]), list(flat[4][:15])]), "label": pa.array(number[:5])}), "ragged.arrow")
feather.write_feather(pa.table({"image": pa.array([*map(list, flat[:4]), None]), "label": pa.array(number[:5])}), "missing.arrow")

# Lists in lists, of each kind Arrow has, in two batches of which the second is a slice
def write_nested(path, image, rows=N):
    table = pa.table({"image": image, "label": pa.array(number[:rows])})
    with ipc.new_file(path, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=5):
            writer.write_batch(batch)


listed = [list(map(list, image)) for image in square]
write_nested("nested_list.arrow", pa.array(listed, pa.list_(pa.list_(pa.uint8()))))
write_nested("nested_large.arrow", pa.array(listed, pa.large_list(pa.large_list(pa.int64()))))
write_nested("nested_fixed.arrow", pa.array(listed, pa.list_(pa.list_(pa.float32(), 4), 4)))
write_nested("nested_mixed.arrow", pa.array(listed, pa.list_(pa.list_(pa.float16(), 4))))
write_nested("nested_mixed_large.arrow", pa.array(listed, pa.list_(pa.large_list(pa.uint16()), 4)))
write_nested("nested_channel.arrow", pa.array([[[[value] for value in line] for line in image] for image in listed], pa.list_(pa.list_(pa.list_(pa.uint8())))))
write_nested("nested_slice.arrow", pa.array([*listed[:3], *listed], pa.list_(pa.list_(pa.uint8())))[3:])
write_nested("fixed_binary.arrow", pa.array([image.tobytes() for image in square], pa.binary(16)))
write_nested("nested_ragged.arrow", pa.array([*listed[:4], [listed[4][0][:3], [*listed[4][1], 0], *listed[4][2:]]], pa.list_(pa.list_(pa.uint8()))), 5)
write_nested("nested_oblong.arrow", pa.array([[[*image[0], *image[1]], [*image[2], *image[3]]] for image in listed], pa.list_(pa.list_(pa.uint8()))))
write_nested("nested_missing.arrow", pa.array([*listed[:4], [listed[4][0], None, *listed[4][2:]]], pa.list_(pa.list_(pa.uint8()))), 5)
pq.write_table(pa.table({"image": pa.array([*listed[:4], [listed[4][0][:3], [*listed[4][1], 0], *listed[4][2:]]]), "label": pa.array(number[:5])}), "nested_ragged.parquet")
pq.write_table(pa.table({"image": pa.array([[[*image[0], *image[1]], [*image[2], *image[3]]] for image in listed]), "label": pa.array(number)}), "nested_oblong.parquet")
def rgba_png(image):
    """A PNG of rows of RGBA bytes, without a library of images, which might drop what is under alpha 0."""
    height, width, _ = image.shape
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    header = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    rows = b"".join(b"\0" + row.tobytes() for row in image)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


# white ink in column 1, nothing else
stroke = np.zeros((4, 4, 4), np.uint8)
stroke[:, 1] = 255
pq.write_table(pa.table({"image": pa.array([{"bytes": rgba_png(stroke), "path": f"{i}.png"} for i in range(2)]), "label": pa.array([0, 1], pa.int64())}), "transparent.parquet")

# The same columns in other orders, with others between them, and under other names
for suffix, write in (("parquet", lambda frame, path: frame.to_parquet(path)), ("feather", lambda frame, path: frame.to_feather(path))):
    write(wide[["label", *sorted(columns)]], f"text_sorted.{suffix}")
    moved = wide[[*columns[8:], "label", *columns[:8]]].rename(columns=lambda column: f" {column.upper()}")
    write(moved.assign(id=np.arange(N) + 100), f"moved.{suffix}")
    write(wide.rename(columns={f"pixel{i}": f"pixel{i + 1}" for i in range(D)}), f"shifted.{suffix}")
    write(wide.rename(columns={"label": "animal"})[[*columns, "animal"]], f"animal_last.{suffix}")

# Pixels of other ranges: image i has pixel p = (i * 5 + p * 3) % 17, of 0 to 16
levels = (np.arange(N)[:, None] * 5 + np.arange(D) * 3) % 17
np.savez("digits_u1.npz", x_train=levels.reshape(N, 4, 4).astype("u1"), y_train=number)
np.savez("digits_f8.npz", x_train=levels.astype("f8"), y_train=number)
np.savez("digits_signed.npz", x_train=(levels / 8 - 1).astype("f4"), y_train=number)
np.savez("digits_u2.npz", x_train=np.round(levels * 65535 / 16).reshape(N, 4, 4).astype(">u2"), y_train=number)
digits = pd.DataFrame(levels.astype("f8"), columns=[f"pixel_{i // 4}_{i % 4}" for i in range(D)]).assign(target=number)
digits.to_parquet("digits.parquet")
pq.write_table(pa.table({"image": pa.array(list(map(list, levels))), "label": pa.array(number)}), "digits_list.parquet")

# Lists as long as they may be: two images of 1024 x 1024, all 100 and all 200
pq.write_table(pa.table({"image": [np.full(1 << 20, value, "u1") for value in (100, 200)], "label": np.arange(2)}), "largest_list.parquet", compression="zstd")

json.dump({module.__name__: module.__version__ for module in (np, pd, pa, pl, duckdb, PIL)}, open("versions.json", "w"), indent=1)
