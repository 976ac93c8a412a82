"""Downloaded archives, whole or in parts, to folders of frames: found, read safely, unpacked.

It knows no labels and no video; what a data set's folders are called is in `layout`.
"""
