"""README.md from nbs/index.ipynb, without Quarto. With --check: fail if it is not what is there."""
import base64, json, re, sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = '<!-- Made from nbs/index.ipynb by .ci/readme.py: edit the notebook. -->\n\n'

def text(lines): return ''.join(lines).rstrip('\n')
def fence(s, lang=''): return f'```{lang}\n{s}\n```'

def homed(md): return re.sub(r'\]\((?!https?:|#)', '](nbs/', md) # a link within the site, from the top

def option(src, name): return next((m[1] for m in [re.search(rf'^#\|\s*{name}:\s*"?(.*?)"?$', src, re.M)] if m), '')

def outputs(cell, files):
    "A code cell's saved outputs as markdown; pictures go into `files`."
    for o in cell.get('outputs', []):
        data = o.get('data', {})
        if o['output_type'] == 'stream': yield fence(text(o['text']))
        elif 'image/png' in data:
            name = f'nbs/images/index_{len(files)}.png'
            files[name] = base64.b64decode(text(data['image/png']))
            yield f'![{option(text(cell["source"]), "fig-alt")}]({name})'
        elif 'text/markdown' in data: yield homed(text(data['text/markdown']))
        elif 'text/plain' in data: yield fence(text(data['text/plain']))

def convert(nb):
    "(markdown, {path: bytes of a picture})"
    parts, files = [], {}
    for cell in nb['cells']:
        src = text(cell['source'])
        if cell['cell_type'] == 'markdown': parts.append(homed(src))
        elif option(src, 'echo') == 'false': parts += outputs(cell, files)
        elif not re.match(r'#\|\s*hide', src): parts += [fence(re.sub(r'(?m)^#\|.*\n', '', src), 'python'), *outputs(cell, files)]
    return HEAD + '\n\n'.join(parts) + '\n', files

if __name__ == '__main__':
    md, files = convert(json.loads((ROOT/'nbs/index.ipynb').read_text(encoding='utf-8')))
    want = {'README.md': md.encode()} | files
    if '--check' in sys.argv:
        old = [p for p, b in want.items() if not (ROOT/p).exists() or (ROOT/p).read_bytes() != b]
        sys.exit(f'not equal to nbs/index.ipynb: {", ".join(old)}; run .ci/readme.py' if old else 0)
    for p, b in want.items():
        (ROOT/p).parent.mkdir(exist_ok=True)
        (ROOT/p).write_bytes(b)
