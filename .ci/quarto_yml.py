"""nbs/_quarto.yml from _quarto.yml, as a file and not a link, which Windows does not keep. With --check: fail if it is not what is there."""
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = '# Made from ../_quarto.yml by .ci/quarto_yml.py: edit that file.\n'

if __name__ == '__main__':
    lines = (ROOT/'_quarto.yml').read_text(encoding='utf-8').splitlines(keepends=True)
    want, file = HEAD + ''.join(l for l in lines if not l.startswith(('#', '  pre-render:'))), ROOT/'nbs/_quarto.yml'
    if '--check' in sys.argv: sys.exit(0 if file.read_text(encoding='utf-8') == want else f'{file.name}: not equal to _quarto.yml; run .ci/quarto_yml.py')
    file.unlink(missing_ok=True)
    file.write_text(want, encoding='utf-8')
