"""Packaging: everything comes from settings.ini, so that nbdev and pip read the same values."""
from configparser import ConfigParser
from pathlib import Path
from setuptools import find_packages, setup

here = Path(__file__).parent
cfg = ConfigParser(delimiters=['='])
cfg.read(here/'settings.ini', encoding='utf-8')
cfg = cfg['DEFAULT']

setup(
    name=cfg['lib_name'], version=cfg['version'], description=cfg['description'], keywords=cfg['keywords'],
    author=cfg['author'], url=cfg['git_url'] or None,
    license='Apache-2.0', license_files=['LICENSE', 'vs2_nb/assets/LICENSES.txt'],
    long_description=(here/'README.md').read_text(encoding='utf-8'), long_description_content_type='text/markdown',
    packages=find_packages(include=['vs2_nb', 'vs2_nb.*']),
    package_data={'vs2_nb': ['assets/*.json', 'assets/*.csv', 'assets/*.safetensors', 'assets/*.gz', 'assets/*.txt', 'assets/*.zip', 'assets/prompts/*.json']},
    python_requires=f'>={cfg["min_python"]}',
    install_requires=cfg['requirements'].split(),
    extras_require={extra: cfg[f'{extra}_requirements'].split() for extra in ('retrieval', 'interop', 'bench', 'formats', 'ray', 'peers', 'browser', 'dev')},
    entry_points={'console_scripts': cfg['console_scripts'].split(), 'nbdev': [f'{cfg["lib_name"]}=vs2_nb._modidx:d']},
)
