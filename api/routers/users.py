"""What users do about themselves: change the PIN that their signatures need."""

from fastapi import APIRouter

from api.attempts import Attempted
from api.house import House
from api.idempotency import Once
from api.problems import act_refused, responses
from api.schemas.users import NewPin, PinChanged
from api.security import SignedIn

router = APIRouter(prefix="/users", tags=["users"])


@router.post("/me/pin", summary="Change one's signing PIN", responses=responses(401, 403, 409, 422))
async def change_pin(body: NewPin, who: SignedIn, house: House, attempt: Attempted) -> PinChanged:
    """Prove the old PIN and set another. The first one is set by an administrator with the user: `dirigent users pin USER`."""

    async def work(_: Once) -> PinChanged:
        now = house.clock.now()
        refused = await house.users.change_pin(who, old=body.old.get_secret_value(), new=body.new.get_secret_value(), now=now)
        if refused is not None:
            raise act_refused(refused)
        return PinChanged(changed_at=now)

    return await attempt.once(body, PinChanged, work)
