"""Submit attempts while parts of the product are killed, stopped, full or wrong about the time: `./run chaos`."""
