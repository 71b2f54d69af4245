"""How the notebooks read, in numbers: lines a cell, pictures, words. Prints a row per folder; decides nothing.
Given a commit, its notebooks instead of those here: `python .ci/measures.py 9305ef7`."""
import json, re, statistics as st, subprocess, sys
from pathlib import Path

def code(src):
    "Lines of code: no comments, directives, blank lines, nor the docments of a signature."
    return [l for l in src.splitlines() if l.strip() and not l.strip().startswith(('#', '%')) and not re.match(r'\s+\*{0,2}\w+(:[\w.\[\]|]+)?(=.+?)?, # ', l)]

def notebooks(commit=None):
    "(path below nbs, cells)"
    if not commit: return [(p.relative_to('nbs').as_posix(), json.loads(p.read_text(encoding='utf-8'))['cells']) for p in sorted(Path('nbs').rglob('*.ipynb')) if '.' not in p.parts[1]]
    def git(*a): return subprocess.run(['git', *a], capture_output=True, text=True, check=True).stdout
    names = [n for n in git('ls-tree', '-r', '--name-only', commit, 'nbs').split() if n.endswith('.ipynb')]
    return [(n.removeprefix('nbs/'), json.loads(git('show', f'{commit}:{n}'))['cells']) for n in names]

def row(name, pages):
    "The measures of some notebooks."
    cells = [''.join(c['source']) for p in pages for c in p if c['cell_type'] == 'code']
    sizes = [n for s in cells if (n := len(code(s)))]
    shown = [n for s in cells if (n := len(code(s))) and not re.match(r'#\|\s*hide', s)]
    exported = [len(code(s)) for s in cells if re.match(r'#\|\s*export', s)] or [0]
    pictures = sum('image/png' in o.get('data', {}) for p in pages for c in p for o in c.get('outputs', []))
    words = sum(len(''.join(c['source']).split()) for p in pages for c in p if c['cell_type'] == 'markdown')
    return (f'{name:12} {len(pages):5} {len(sizes):6} {st.median(sizes):7.1f} {st.median(shown or [0]):8.1f} {100*sum(n <= 5 for n in sizes)/len(sizes):7.0f} {st.median(exported):7.1f} {max(exported):5}'
            f' {sum(n > 25 for n in exported):5} {pictures/len(pages):9.1f} {words:7,}')

if __name__ == '__main__':
    found, rooms = notebooks(*sys.argv[1:2]), {}
    for n, cells in found: rooms.setdefault(n.split('/')[0] if '/' in n else 'top', []).append(cells)
    print(f'{"":12} pages  cells  median  (shown)  ≤ 5, %  export   max  > 25  pictures   words')
    for name, pages in rooms.items(): print(row(name, pages))
    print(row('all', [c for _, c in found]))
