"""The questions that an admin can have open; what was answered so far is the state's data."""

from aiogram.fsm.state import State, StatesGroup


class Asking(StatesGroup):
    """One question is open at a time. Confirming needs none: the buttons carry it."""

    setting = State()
    reward_field = State()
    draft_name = State()
    draft_description = State()
    draft_value = State()
    draft_window = State()
    condition_value = State()
    member = State()
    amount = State()
    reason = State()
