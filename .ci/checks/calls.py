"""Generated calls of the public functions, each with at most one wrong argument: what was answered, and what went wrong without a word.
python .ci/checks/calls.py [--quick]"""
import sys
