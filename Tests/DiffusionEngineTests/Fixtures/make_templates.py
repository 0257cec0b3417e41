"""Makes templates.json: chat templates, conversations, and what Jinja2 makes of them.

The environment is that of transformers' apply_chat_template. Run it in this folder, with the folder that holds
tokenizer/qwen2.5-coder/chat_template.jinja as argument; of that file only the renderings are kept:

    pip install jinja2 && python3 make_templates.py "$EVALKIT_DATA"
"""

import hashlib
import json
import os
import sys

from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

HERE = os.path.dirname(os.path.abspath(__file__))
TOKENS = {"bos_token": "<|begin|>", "eos_token": "<|end|>"}

# Headers and a bos token, as Llama 3 and LLaDA have them.
HEADERS = (
    "{% for message in messages %}{% set text = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'"
    " + message['content'] | trim + '<|eot_id|>' %}{% if loop.index0 == 0 %}{% set text = bos_token + text %}"
    "{% endif %}{{ text }}{% endfor %}{% if add_generation_prompt %}"
    "{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}"
)
# ChatML in few lines; the system's text has a default.
CHATML = """{% if messages[0].role != 'system' %}<|im_start|>system
You are a helpful assistant.<|im_end|>
{% endif %}
{% for m in messages %}
  {{- '<|im_start|>' ~ m.role ~ '\\n' ~ m.content ~ '<|im_end|>\\n' -}}
{% endfor %}
{%- if add_generation_prompt -%}
  {{ '<|im_start|>assistant\\n' }}
{%- endif -%}
"""
# What younger templates do: namespaces, slices, looking for the last question, cutting thoughts away.
THINKING = """{%- set ns = namespace(last=messages|length - 1, open=true, seen='') %}
{%- for message in messages[::-1] %}
    {%- set index = (messages|length - 1) - loop.index0 %}
    {%- if ns.open and message.role == "user" and not(message.content.startswith('<tool>') and message.content.endswith('</tool>')) %}
        {%- set ns.open = false %}
        {%- set ns.last = index %}
    {%- endif %}
{%- endfor %}
{#- a comment that says nothing -#}
{%- for message in messages %}
    {%- set content = message.content if message.content is string else '' %}
    {%- if message.role == "assistant" and '</think>' in content %}
        {%- set content = content.split('</think>')[-1].lstrip('\\n') %}
    {%- endif %}
    {{- message.role + ':' + content.rstrip() }}{% if loop.index0 > ns.last or (loop.last and message.role not in ['system', 'user']) %}*{% endif %}

{% endfor %}
last {{ ns.last }}
"""
# One construct each.
ZOO = [
    "", "\n", "\n\n", "text only\n", "a\n{% if true %}\nb\n{% endif %}\nc", "  {% if true %}  \n x {% endif %}  \n  y",
    "a  {%- if true %}  b  {%- endif -%}  \n c", "x {# c #}\n  {# d #}\ny", "{{ 'a' }}\n{{ 'b' -}}\n c", "{{- ' a ' -}} b",
    "  {%+ if true %}a{% endif %}", "{{ none }} {{ true }} {{ false }} {{ 12 }} {{ nothing }}", "{{ 'a' 'b' }}{{ \"it's\" }}",
    "{{ 1 + 2 * 3 - 4 }} {{ 7 // 2 }} {{ 7 % 4 }} {{ -3 + 1 }} {{ (1 + 2) * 3 }}", "{{ 'a' ~ 1 ~ none ~ true }}",
    "{{ 1 < 2 < 3 }} {{ 1 < 3 < 2 }} {{ 2 >= 2 }} {{ 1 != 1 }} {{ 'a' == 'a' }}", "{{ not true or true and not false }}",
    "{{ '' or 'b' }} {{ 'a' and 'b' }} {{ none or 0 or 'z' }} {{ not not 'a' }} {{ not not not 'a' }}",
    "{{ 'x' if false else 'y' }}{{ 'x' if true }}{{ 'x' if false }}", "{{ 'b' in 'abc' }} {{ 2 in [1, 2] }} {{ 'k' not in {'k': 1} }} {{ '' in '' }}",
    "{{ nothing is defined }} {{ bos_token is defined }} {{ nothing is undefined }} {{ nothing is not defined }} {{ tools is none }}",
    "{{ messages is iterable }} {{ messages is mapping }} {{ messages[0] is mapping }} {{ 'a' is string }} {{ 3 is number }} {{ true is boolean }} {{ messages is string }}",
    "{{ '  a b\t\n' | trim }}|{{ ' x ' | trim | length }}|{{ 'Ab' | upper }}{{ 'Ab' | lower }}|{{ [1, 2] | first }}{{ [1, 2] | last }}|{{ messages | length }}",
    "{{ 'é\"\\\\/\n<&>' | tojson }} {{ messages[0] | tojson }} {{ [1, none, true, 'a'] | tojson }}", "{{ messages[0]['role'] }} {{ messages[0].role }} {{ messages[-1].role }} {{ messages[9] }} {{ messages[0].nothing }}",
    "{{ 'abcdef'[1:3] }} {{ 'abcdef'[-2:] }} {{ 'abcdef'[:-2] }} {{ 'abc'[::-1] }} {{ 'héé'[1] }} {{ 'abc'[5:] }} {{ 'abc'[2:1] }}|",
    "{% for m in messages[1:] %}{{ loop.index }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }};{% endfor %}",
    "{% for c in 'añb' %}{{ c }},{% endfor %}{% for k in messages[0] %}{{ k }},{% endfor %}{% for k, v in messages[0].items() %}{{ k }}={{ v }};{% endfor %}",
    "{% for m in messages if m.role == 'user' %}{{ loop.index0 }}{{ m.role }}{% else %}none{% endfor %}{% for x in [] %}a{% else %}empty{% endfor %}",
    "{% set x = 1 %}{% for m in messages %}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}{% if true %}{% set x = 9 %}{% endif %}{{ x }}",
    "{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + m.content | length %}{% endfor %}{{ ns.n }}",
    "{% for a in [1, 2] %}{% for b in [3, 4] %}{{ a }}{{ b }}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}",
    "{% if false %}a{% elif 0 %}b{% elif '' %}c{% elif [] %}d{% elif {} %}e{% elif none %}f{% else %}g{% endif %}",
    "{{ ' a '.strip() }}|{{ 'xxaxx'.strip('x') }}|{{ 'xxaxx'.lstrip('x') }}|{{ 'ab'.upper() }}|{{ 'a,b,,c'.split(',') | length }}|{{ 'a</t>b</t>c'.split('</t>')[-1] }}",
    "{{ (['a', 'b'] + ['c']) | length == 3 }}", "\r\na\r{{ 'b' }}\r\n", "{{ {'a': 1}['a'] }}{{ {'a': 1}.a }}{{ {'b': 2} | tojson }}",
    "{%- if messages and messages[0].content %}\n\n  yes {%- endif %}\n  {%- if true %}\n z\n{% endif -%}\n\n.",
    "{{ 'e\u0301' == '\u00e9' }} {{ 'e\u0301' | length }} {{ '\u0301' in 'e\u0301' }}", "{{ 'a' if 1 > 2 else 'b' if 2 > 3 else 'c' }}",
]  # fmt: skip
# Refused by Jinja2 or by us, never rendered.
REFUSED = {
    "{% macro f() %}{% endmacro %}": "macro", "{{ 'a' | replace('a', 'b') }}": "replace", "{{ 3 is divisibleby 3 }}": "divisibleby",
    "{% include 'x' %}": "include", "{{ range(3) }}": "range", "{% set x %}a{% endset %}": "set", "{{ 'a'.title() }}": "title",
    "{{ raise_exception('no system turn') }}": "no system turn", "{{ nothing.x }}": "nothing", "{{ messages }}": "a list",
    "{{ 'a' + 1 }}": "'+'", "{% if true %}": "endif", "{{ 'a }}": "string", "{% for m in messages %}": "endfor", "{{ 1 1 }}": "the end",
    "{{ (1 }}": "closes nothing", "{{ 1.5 }}": "fraction", "{% endif %}": "endif", "\n\n{{ a | b }}": "line 3", "{{ [[1]] }}": "a list", "{{": "tag", "{#": "comment",
    "{{ '\\x41' }}": "escape", "{{ ) }}": "')'", "{% for a, b in messages[0].role %}x{% endfor %}": "taken apart", "{{ a ! b }}": "'!'",
    "{{ messages[0] < 1 }}": "comparing", "{{ -'a' }}": "negative", "{{ (1, 2) }}": "tuple", "{{ -7 // 2 }}": "'//'",
}  # fmt: skip

CONVERSATIONS = [
    [{"role": "user", "content": "Sort a list.\n"}],
    [{"role": "system", "content": "You are a helpful assistant."}, {"role": "user", "content": "\nWrite f.\n```\ndef f():\n```\n"}],
    [
        {"role": "system", "content": " Be brief. "}, {"role": "user", "content": "größe 日本 ' \" \\ {{ x }}"},
        {"role": "assistant", "content": "<think>hm</think>\n\nYes. "}, {"role": "user", "content": ""},
    ],
]  # fmt: skip


def refuse(message):
    raise TemplateError(message)


def render(template, messages):
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True)
    environment.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
    environment.globals["raise_exception"] = refuse
    return environment.from_string(template).render(
        messages=messages, tools=None, documents=None, add_generation_prompt=True, **TOKENS)  # fmt: skip


def main(data):
    cases = []
    for template in [HEADERS, CHATML, THINKING] + ZOO:
        for messages in CONVERSATIONS:
            cases.append({"template": template, "messages": messages, "text": render(template, messages)})
    path = "tokenizer/qwen2.5-coder/chat_template.jinja"
    template = open(f"{data}/{path}", newline="").read()
    file = {"path": path, "sha256": hashlib.sha256(template.encode()).hexdigest(),
            "texts": [render(template, messages) for messages in CONVERSATIONS]}  # fmt: skip
    refused = [{"template": template, "names": name} for template, name in REFUSED.items()]
    document = {"tokens": TOKENS, "conversations": CONVERSATIONS, "cases": cases, "file": file, "refused": refused}
    open(f"{HERE}/templates.json", "w").write(json.dumps(document, indent=0) + "\n")
    print(len(cases), "renderings")


main(sys.argv[1])
