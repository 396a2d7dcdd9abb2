"""Tester reports and optimisations in the shape that MetaTrader writes, with content of our own."""

from __future__ import annotations

from dataclasses import dataclass

_WIDTH = 13
_DEAL_TITLES = ["Time", "Deal", "Symbol", "Type", "Direction", "Volume", "Price", "Order"]
_DEAL_TITLES += ["Commission", "Swap", "Profit", "Balance", "Comment"]
_ORDER_TITLES = ["Open Time", "Order", "Symbol", "Type", "Volume", "Price", "S / L", "T / P"]
_ORDER_TITLES += ["Time", "State", "Comment"]


@dataclass(frozen=True, slots=True)
class ReportDeal:
    """One deal of a report; money of the deal itself, stop and target of the order behind it."""

    time: str
    type: str
    direction: str
    volume: float
    price: str
    commission: float = 0.0
    swap: float = 0.0
    profit: float = 0.0
    comment: str = ""
    stop_loss: str = ""
    take_profit: str = ""


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What the head of a report says."""

    expert: str = "genfx\\Cross"
    symbol: str = "EURUSD"
    period: str = "H1 (2017.01.02 - 2017.12.29)"
    start: str = "2017.01.02 00:00:00"
    deposit: float = 10_000.0
    currency: str = "USD"
    leverage: str = "1:100"
    inputs: tuple[str, ...] = ("=== Strategy ===", "InpFast=12", "TradeComment=a = b & c")
    server: str = "Example-Demo (Build 5000)"


DEALS = (
    ReportDeal("2017.01.02 03:00:00", "buy", "in", 0.1, "1.05000", -0.35, stop_loss="1.04000"),
    ReportDeal(
        "2017.01.03 04:00:00", "sell", "out", 0.1, "1.17345", -0.35, -1.2, 1234.5, "tp 1.17345"
    ),
    ReportDeal("2017.01.04 05:00:00", "sell", "in", 0.2, "1.17000", -0.7),
    ReportDeal(
        "2017.01.04 05:00:00", "buy", "out", 0.2, "1.18000", -0.7, 0.0, -200.0, "sl 1.18000"
    ),
)


def money(value: float) -> str:
    """Return money as MetaTrader writes it: blanks between thousands."""
    return f"{value:,.2f}".replace(",", " ")


def report_page(facts: ReportFacts, deals: tuple[ReportDeal, ...] = DEALS) -> str:
    """Return the page of a report, lines ended by CR LF."""
    lines = [
        '<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">',
        "<html>",
        "<head><title>Strategy Tester Report</title><style>td { font: 8pt Tahoma; }</style></head>",
        '<body><div align="center">',
        '<table cellspacing="1">',
        _title("Strategy Tester Report"),
        _title(facts.server),
        '<tr><td nowrap style="height: 10px"></td></tr>',
        *_settings(facts),
        _title("Results"),
        *_results(facts, deals),
        '<tr align="center"><th colspan="13"><img src="report.png" alt="Graph"></th></tr>',
        "</table>",
        '<table cellspacing="1">',
        "<tr>" + "<td style='width: 60px'></td>" * _WIDTH + "</tr>",
        *_orders(facts, deals),
        *_deals(facts, deals),
        "</table></div></body></html>",
    ]
    return "\r\n".join(lines) + "\r\n"


def _title(text: str) -> str:
    return f'<tr align="center"><td colspan="13"><div><b>{text}</b></div></td></tr>'


def _settings(facts: ReportFacts) -> list[str]:
    labels = ["Inputs:", *[""] * (len(facts.inputs) - 1)]
    pairs = [
        ("Expert:", facts.expert),
        ("Symbol:", facts.symbol),
        ("Period:", facts.period),
        *zip(labels, facts.inputs, strict=True),
        ("Company:", "A company"),
        ("Currency:", facts.currency),
        ("Initial Deposit:", money(facts.deposit)),
        ("Leverage:", facts.leverage),
    ]
    rows = [
        f'<tr align="right"><td colspan="3">{label}</td><td colspan="10"><b>{text}</b></td></tr>'
        for label, text in pairs
    ]
    return [_title("Settings"), *rows]


def _results(facts: ReportFacts, deals: tuple[ReportDeal, ...]) -> list[str]:
    total = sum(deal.profit + deal.swap + deal.commission for deal in deals)
    rows = [
        [("History Quality:", "99% real ticks")],
        [("Bars:", "6 200"), ("Ticks:", "24 800"), ("Symbols:", "1")],
        [("Total Net Profit:", money(total)), ("Equity Drawdown Maximal:", "1 234.56 (12.30%)")],
        [("Profit Factor:", "1.52"), ("Margin Level:", "1 961.39%"), ("Z-Score:", "0.35 (27.37%)")],
        [("Maximum consecutive losses ($):", "2 (-1 200.50)"), ("OnTester result:", "0")],
        [("Minimal position holding time:", "0:40:44"), ("Average consecutive wins:", "1")],
    ]
    return [
        '<tr align="right">'
        + "".join(f'<td colspan="3">{name}</td><td><b>{text}</b></td>' for name, text in pairs)
        + "</tr>"
        for pairs in rows
    ]


def _head(name: str, titles: list[str]) -> list[str]:
    wide = {"Orders": (4, 8)}.get(name, ())
    cells = "".join(_cell(f"<b>{t}</b>", wide=i in wide) for i, t in enumerate(titles))
    return [
        f'<tr align="center"><th colspan="13"><div><b>{name}</b></div></th></tr>',
        f'<tr align="center" bgcolor="#E5F0FC">{cells}</tr>',
    ]


def _cell(text: str, *, wide: bool = False) -> str:
    return f'<td colspan="2">{text}</td>' if wide else f"<td>{text}</td>"


def _orders(facts: ReportFacts, deals: tuple[ReportDeal, ...]) -> list[str]:
    rows = []
    for number, deal in enumerate(deals, 2):
        volume = f"{deal.volume:.2f} / {deal.volume:.2f}"
        texts = [deal.time, str(number), facts.symbol, deal.type, volume, "0.00", deal.stop_loss]
        texts += [deal.take_profit, deal.time, "filled", deal.comment]
        cells = "".join(_cell(text, wide=i in (4, 8)) for i, text in enumerate(texts))
        rows.append(f'<tr bgcolor="#FFFFFF" align=right>{cells}</tr>')
    return [*_head("Orders", _ORDER_TITLES), *rows, '<tr><td style="height: 10px"></td></tr>']


def _deals(facts: ReportFacts, deals: tuple[ReportDeal, ...]) -> list[str]:
    balance = facts.deposit
    rows = [
        [facts.start, "1", "", "balance", "", "", "", "", "0.00", "0.00", *[money(balance)] * 2]
    ]
    for number, deal in enumerate(deals, 2):
        balance += deal.commission + deal.swap + deal.profit
        texts = [deal.time, str(number), facts.symbol, deal.type, deal.direction]
        texts += [f"{deal.volume:.2f}", deal.price, str(number)]
        texts += [money(v) for v in (deal.commission, deal.swap, deal.profit, balance)]
        rows.append([*texts, deal.comment])
    rows[0].append("")
    body = ["<tr align=right>" + "".join(map(_cell, texts)) + "</tr>" for texts in rows]
    sums = [sum(getattr(d, name) for d in deals) for name in ("commission", "swap", "profit")]
    cells = "".join(f"<td nowrap><b>{money(value)}</b></td>" for value in (*sums, balance))
    total = f'<tr align="right"><td nowrap colspan="8"></td>{cells}<td nowrap></td></tr>'
    return [*_head("Deals", _DEAL_TITLES), *body, total]


def optimizer_page(titles: list[str], passes: list[list[str]]) -> str:
    """Return an export of the optimiser; a cell that is no number is a string."""
    head = "".join(f'<Cell><Data ss:Type="String">{t}</Data></Cell>\r\n' for t in titles)
    rows = [
        "".join(f'<Cell ss:StyleID="ce2"><Data ss:Type="Number">{v}</Data></Cell>\r\n' for v in row)
        for row in passes
    ]
    table = "".join(f"<Row>\r\n{cells}</Row>\r\n" for cells in (head, *rows))
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
        '<?mso-application progid="Excel.Sheet"?>\r\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"\r\n'
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">\r\n'
        '<DocumentProperties xmlns="urn:schemas-microsoft-com:office:office">\r\n'
        "<Title>genfx\\Cross EURUSD,H1 2017.01.02-2017.12.29</Title>\r\n"
        "<Deposit>10000 USD</Deposit>\r\n</DocumentProperties>\r\n"
        '<Worksheet ss:Name="Tester Optimizator Results">\r\n'
        f"<Table>\r\n{table}</Table>\r\n</Worksheet>\r\n</Workbook>\r\n"
    )
