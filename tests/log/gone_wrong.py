"""Logs two failures; the callback gives up at the second. Runs as a hint and as a program: see README.md."""

from cairohints import Logger

failures = 0


def on_failure():
    global failures
    failures += 1
    print("Failure logged")
    if failures == 2:
        raise Exception("Failed too many times")


def main():
    logger = Logger(on_failure)
    logger.log("hello\n")
    logger.log("world\n")
    logger.log("[ERROR] gone wrong\n")
    logger.log("[ERROR] gone wrong\n")


if __name__ == "__main__":
    main()
