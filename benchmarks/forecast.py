"""Forecasting beside its peers, in one run: training (options, as ``--torch``, are its), serving, backtesting."""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    for part, given in (("forecast_training", sys.argv[1:]), ("forecast_serving", []), ("forecast_backtest", [])):
        print(f"\n== {part}", flush=True)
        subprocess.run([sys.executable, HERE / f"{part}.py", *given], check=True)


if __name__ == "__main__":
    main()
