"""What a CRM calls our things unless an installation says otherwise. Names of Veeva CRM on Salesforce come from its public documents; those of Vault CRM
follow its renaming rule (`X_vod__c` is `x__v`) and are partly unverified: docs/crm.md says which to check against your vault."""

from orchestrator.crm.mapping import CrmMapping, ObjectMap

VEEVA = CrmMapping(
    call=ObjectMap(
        object="call2__v",
        fields={
            "external_id": "external_id__v",
            "account": "account__v",
            "user": "user__v",
            "product": "product_priority_1__v",
            "channel": "call_channel__v",
            "outcome": None,
            "status": "call2_status__v",
            "at": "call_datetime__v",
            "date": "call_date__v",
            "deleted": None,
        },
        values={
            "channel": {"face_to_face": "face_to_face__v", "remote": "video__v", "phone": "phone__v"},
            "status": {"submitted": "submitted__v"},
        },
    ),
    sent_email=ObjectMap(
        object="sent_email__v",
        fields={
            "external_id": "external_id__v",
            "account": "account__v",
            "user": "user__v",
            "product": "product__v",
            "content": None,
            "status": "sent_email_status__v",
            "at": "email_sent_date__v",
        },
        values={"status": {"sent": "sent__v", "delivered": "delivered__v", "bounced": "bounced__v", "complained": "marked_spam__v"}},
    ),
    suggestion=ObjectMap(
        object="suggestion__v",
        fields={
            "external_id": "external_id__v",
            "account": "account__v",
            "user": "ownerid__v",
            "product": None,
            "action": "record_type_name__v",
            "title": "title__v",
            "why": "reason__v",
            "posted": "posted_date__v",
            "expires": "expiration_date__v",
            "done": "marked_as_complete__v",
        },
        values={"action": {"visit": "call__v", "email": "email__v"}},
    ),
    feedback=ObjectMap(
        object="suggestion_feedback__v",
        fields={"suggestion": "suggestion__v", "answer": "record_type_name__v", "reason": None},
        values={"answer": {"accepted": "activity_execution__v", "dismissed": "dismiss__v", "done": "mark_as_complete__v"}},
    ),
)

SALESFORCE = CrmMapping(
    call=ObjectMap(
        object="Call2_vod__c",
        fields={
            "external_id": "Mobile_ID_vod__c",
            "account": "Account_vod__c",
            "user": "User_vod__c",
            "product": "Product_Priority_1_vod__c",
            "channel": "Call_Channel_vod__c",
            "outcome": None,
            "status": "Status_vod__c",
            "at": "Call_Datetime_vod__c",
            "date": "Call_Date_vod__c",
            "deleted": "IsDeleted",
        },
        values={
            "channel": {"face_to_face": "Face_to_face_vod", "remote": "Video_vod", "phone": "Phone_vod"},
            "status": {"submitted": "Submitted_vod"},
        },
    ),
    sent_email=ObjectMap(
        object="Sent_Email_vod__c",
        fields={
            "external_id": "VExternal_Id_vod__c",
            "account": "Account_vod__c",
            "user": "User_vod__c",
            "product": "Product_vod__c",
            "content": None,
            "status": "Status_vod__c",
            "at": "Email_Sent_Date_vod__c",
        },
        values={"status": {"sent": "Sent_vod", "delivered": "Delivered_vod", "bounced": "Bounced_vod", "complained": "Marked_Spam_vod"}},
    ),
    suggestion=ObjectMap(
        object="Suggestion_vod__c",
        fields={
            "external_id": "External_ID_vod__c",
            "account": "Account_vod__c",
            "user": "OwnerId",
            "product": None,
            "action": "Record_Type_Name_vod__c",
            "title": "Title_vod__c",
            "why": "Reason_vod__c",
            "posted": "Posted_Date_vod__c",
            "expires": "Expiration_Date_vod__c",
            "done": "Marked_As_Complete_vod__c",
        },
        values={"action": {"visit": "Call_vod", "email": "Email_vod"}},
    ),
    feedback=ObjectMap(
        object="Suggestion_Feedback_vod__c",
        fields={"suggestion": "Suggestion_vod__c", "answer": "RecordType.DeveloperName", "reason": None},
        values={"answer": {"accepted": "Activity_Execution_vod", "dismissed": "Dismiss_vod", "done": "Mark_As_Complete_vod"}},
    ),
)
