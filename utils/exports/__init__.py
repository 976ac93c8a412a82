"""What leaves the library as files for others: an event's evidence, tables, reports, labels.

Plain functions over the library and the report files; they know no screen.
"""
