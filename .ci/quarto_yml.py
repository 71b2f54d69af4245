"""nbs/_quarto.yml from _quarto.yml, as a file and not a link, which Windows does not keep, and with the site's address if settings.ini says one. With --check: fail if it is not what is there."""
import sys
from pathlib import Path
from nbdev.config import get_config
from vs2_nb.engine.site import published

ROOT = Path(__file__).resolve().parent.parent
HEAD = '# Made from ../_quarto.yml by .ci/quarto_yml.py: edit that file.\n'

if __name__ == '__main__':
    lines = (ROOT/'_quarto.yml').read_text(encoding='utf-8').splitlines(keepends=True)
    cfg, file = get_config(path=ROOT), ROOT/'nbs/_quarto.yml'
    want = HEAD + published(''.join(l for l in lines if not l.startswith(('#', '  pre-render:'))), cfg.doc_host, cfg.doc_baseurl)
    if '--check' in sys.argv: sys.exit(0 if file.read_text(encoding='utf-8') == want else f'{file.name}: not equal to _quarto.yml; run .ci/quarto_yml.py')
    file.unlink(missing_ok=True)
    file.write_text(want, encoding='utf-8')
