"""Methods that models share: smoothing, ARMA, linear forecasts, trees, and their graphs in ONNX."""
