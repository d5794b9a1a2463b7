"""Tests of the Microsoft adapter: odd replies from a scripted Microsoft, everyday ones from the simulator."""
