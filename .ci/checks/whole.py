"""Notebooks as a reader runs them, without the short cuts that `nbdev_test` takes (IN_TEST); nothing is saved. Usage: whole.py engine/robust …"""
import os, sys, time
from pathlib import Path
from execnb.nbio import read_nb
from execnb.shell import CaptureShell

os.environ.pop('IN_TEST', None)
home = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(home))

def run(name):
    "One notebook; an error ends it."
    path, start = home/f'nbs/{name}.ipynb', time.monotonic()
    nb, shell = read_nb(path), CaptureShell(path)
    os.chdir(path.parent)
    for i, c in enumerate(nb.cells):
        if c.cell_type == 'code' and 'eval: false' not in c.source: shell.run(c.source)
        if shell.exc: sys.exit(f'{name}, cell {i}: {shell.prettytb(fname=path)}')
    print(f'{name} ({time.monotonic()-start:.0f} s)', flush=True)

for name in sys.argv[1:]: run(name)
