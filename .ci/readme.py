"""README.md from nbs/index.ipynb, without Quarto, and the card that a link to the site shows. With --check: fail if they are not what is there."""
import base64, hashlib, io, json, re, sys, yaml
from pathlib import Path
from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

ROOT = Path(__file__).resolve().parent.parent
CARD = ROOT/'nbs/images/card.png'
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

def sha256(picture, *words): return hashlib.sha256(b'\n'.join([picture, *map(str.encode, words)])).hexdigest()

def card(picture, title, said):
    "A picture under the name and what it is, 1200 × 630; it carries the hash of what it shows."
    out, figure = Image.new('RGB', (1200, 630), 'white'), Image.open(io.BytesIO(picture)).convert('RGB')
    draw, figure = ImageDraw.Draw(out), figure.resize((1080, 1080*figure.height//figure.width), Image.Resampling.LANCZOS)
    draw.text((60, 60), title, '#0a58a6', ImageFont.load_default(84))
    draw.multiline_text((60, 175), said.replace(': ', ':\n', 1), 'black', ImageFont.load_default(32), spacing=10)
    out.paste(figure, (60, 310))
    (info := PngImagePlugin.PngInfo()).add_text('of', sha256(picture, title, said)); out.save(CARD, pnginfo=info)

if __name__ == '__main__':
    md, files = convert(json.loads((ROOT/'nbs/index.ipynb').read_text(encoding='utf-8')))
    site = yaml.safe_load((ROOT/'_quarto.yml').read_text(encoding='utf-8'))['website']
    want, shown = {'README.md': md.encode()} | files, (files['nbs/images/index_0.png'], site['title'], site['description'])
    if '--check' in sys.argv:
        old = [p for p, b in want.items() if not (ROOT/p).exists() or (ROOT/p).read_bytes() != b]
        if not CARD.exists() or Image.open(CARD).text.get('of') != sha256(*shown): old.append(CARD.name)
        sys.exit(f'not equal to nbs/index.ipynb: {", ".join(old)}; run .ci/readme.py' if old else 0)
    for p, b in want.items():
        (ROOT/p).parent.mkdir(exist_ok=True)
        (ROOT/p).write_bytes(b)
    card(*shown)
