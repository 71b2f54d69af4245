"""What can be said of the processed notebooks before any program renders them: every link leads to a page or an anchor under
Quarto's names too, code holds no markup, no picture is without words or a caption, no address is a placeholder, no page is above 2 MB. What only a browser can see is in browser.py."""
import json, re, sys
from pathlib import Path
from urllib.parse import unquote

LINK = re.compile(r'(?<!!)\[[^\]]*\]\(([^)\s]+)\)|href=\\?"([^"\\]+)')
LARGEST = 2e6 # bytes of a page, its pictures included
PLACEHOLDER = re.compile(r'vs2-nb\.github\.io|github(\.com)?/(vs2-nb|vs2_nb|NAME)/|example\.(com|org)/')

def text(lines): return ''.join(lines)

def anchor(heading): # as pandoc makes it from a heading
    "The id of a heading."
    if explicit := re.search(r'\{[^}]*#([\w.-]+)', heading): return explicit[1]
    plain = re.sub(r'\[([^\]]*)\]\([^)]*\)', r'\1', heading.strip().strip('#').strip()).lower()
    return re.sub(r'\s+', '-', re.sub(r'[^\w\s.-]', '', plain)).lstrip('0123456789.-_')

class Page:
    "The parts of a processed notebook that are shown."
    def __init__(self, path):
        cells = json.loads(path.read_text(encoding='utf-8'))['cells']
        self.size = path.stat().st_size
        self.html = next((m[1] for c in cells for m in [re.search(r'^output-file: (\S+)', text(c['source']), re.M)] if m), path.stem + '.html')
        self.markdown = [text(c['source']) for c in cells if c['cell_type'] == 'markdown']
        shown = [o.get('data', {}) for c in cells for o in c.get('outputs', [])]
        self.markdown += [text(d['text/markdown']) for d in shown if 'text/markdown' in d]
        self.outputs = [text(d['text/html']) for d in shown if 'text/html' in d and 'text/markdown' not in d]
        drawn = [text(c['source']) for c in cells if any('image/png' in o.get('data', {}) for o in c.get('outputs', []))]
        self.mute = [(option, s[-60:]) for s in drawn for option in ('fig-alt', 'fig-cap') if not re.search(rf'#\|\s*{option}:', s)]
        lines = [l for m in self.markdown for l in unfenced(m)]
        self.anchors = {anchor(l) for l in lines if re.match(r'#+ ', l)} | set(re.findall(r'\{#([\w.-]+)', '\n'.join(lines)))
        self.anchors |= set(re.findall(r'<div class="equation" id="([\w-]+)"', '\n'.join(self.markdown)))
        self.anchors |= {m[1] for c in cells if c['cell_type'] == 'code' for m in re.finditer(r'^#\|\s*label: *(\S+)', text(c['source']), re.M)}

def unfenced(markdown, inside=False):
    "The lines outside code fences, or those inside."
    fenced = False
    for line in markdown.split('\n'):
        if line.lstrip().startswith('```'): fenced = not fenced
        elif fenced == inside: yield line

def faults(name, page, pages):
    "What is wrong with a page."
    prose = [l for m in page.markdown for l in unfenced(m)] + page.outputs
    for m in (m for l in prose for m in LINK.finditer(l)):
        to, _, at = unquote(m[1] or m[2]).partition('#')
        if re.match(r'\w+:', to): continue
        there = (Path(name).parent/to).as_posix() if to else name
        there = re.sub(r'(^|/)(\w+/\.\./)+', r'\1', there)
        if to.endswith('.html'): yield f'{to}: a fixed name, and Quarto calls its pages otherwise'
        elif to.endswith('.ipynb') and there not in pages: yield f'{to}: no such page'
        elif at and there in pages and at not in pages[there].anchors: yield f'{to}#{at}: no such heading'
    for l in (l for m in page.markdown for l in unfenced(m, inside=True)):
        if re.search(r'\[`[^`]+`\]\(', l): yield f'markup in code: {l.strip()[:80]}'
    if page.size > LARGEST: yield f'{page.size/1e6:.1f} MB, and a page has at most {LARGEST/1e6:.0f}'
    yield from (f'a picture without {option}: … {s!r}' for option, s in page.mute)
    yield from (f'#| label: {a}: what begins with fig- Quarto numbers once more' for a in sorted(page.anchors) if a.startswith('fig-'))
    yield from (f'a picture without words: {m[0][:80]}' for l in prose for m in re.finditer(r'!\[\]\([^)]*\)|<img(?![^>]*\balt="[^"]+)[^>]*>', l))
    yield from (f'TeX that only a program from elsewhere draws, write it as $$ … $$ on lines of its own: {l[:80]}' for l in prose if '$$' in re.sub('`[^`]*`', '', l))
    yield from (f'a placeholder: {m[0]}' for l in prose for m in PLACEHOLDER.finditer(l))

if __name__ == '__main__':
    root = Path(sys.argv[1])
    files = [p for p in root.rglob('*.ipynb') if not any(part[0] in '._' for part in p.relative_to(root).parts)]
    pages = {p.relative_to(root).as_posix(): Page(p) for p in files}
    names = [(Path(n).parent/p.html).as_posix() for n, p in pages.items()]
    bad = [f'two pages are called {n}' for n in sorted({n for n in names if names.count(n) > 1})]
    bad += [f'{n}: {f}' for n, p in sorted(pages.items()) for f in faults(n, p, pages)]
    print(f'{len(pages)} pages, {len(bad)} faults')
    sys.exit('\n'.join(bad) if bad or not pages else 0)
