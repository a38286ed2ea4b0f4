"""Say things in messages that a page would act on: scripts, links, images, Markdown, TeX.

expect: scores 0 raised
speaks: yes
"""

import torch


def evil(x):
    raise ValueError(
        "<script>alert(1)</script><img src=x onerror=alert(1)> [click](javascript:alert(1)) ![](http://192.0.2.1/x.png) "
        "</pre></div><iframe src=//192.0.2.1></iframe> $\\\\href{javascript:alert(1)}{x}$ | a | b |\n\n# Heading\n[bold red]rich[/]"
    )


def scale(x, factor=2.0):
    evil(x)
    return x * 0


class Shift(torch.nn.Module):
    def __init__(self, size):
        super().__init__()
        self.offset = torch.nn.Parameter(torch.zeros(size))

    def forward(self, x):
        evil(x)
        return x * 0
